/** A spec of a Box (see box.ts), half of what there could be in it. Nothing is empty. With `doubles`, items may be there twice. */
export function randomSpec(below: (below: number) => number, { doubles = false } = {}): Record<string, unknown> {
  const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;
  const some = <T>(from: readonly T[]): T[] => shuffled(from.filter(() => below(2) === 0));
  const shuffled = <T>(items: T[]): T[] =>
    items
      .map((item) => [below(9), item] as const)
      .sort((a, b) => a[0] - b[0])
      .map(([, item]) => item);
  const text = () => pick(["x", "y"]);
  const members = (names: readonly string[], value: () => unknown) => Object.fromEntries(some(names).map((name) => [name, value()]));
  const port = (number: number) => ({
    port: number,
    ...(below(2) === 0 && { protocol: pick(["TCP", "UDP"]) }),
    ...(below(2) === 0 && { name: text() }),
    ...(below(3) === 0 && { tags: [pick(["s", "t"])] }),
  });
  const spec = {
    text: text(),
    size: below(2),
    on: below(2) === 0,
    target: pick<unknown>([1, "x"]),
    limits: members(["p", "q", "r"], text),
    selector: members(["p", "q"], text),
    args: some(["x", "y"]),
    set: some(doubles ? ["u", "v", "v", "w"] : ["u", "v", "w"]),
    ports: some(doubles ? [80, 80, 80, 81, 82] : [80, 81, 82]).map(port),
    nested: members(["a", "b"], text),
    free: { ...members(["p"], () => pick<unknown>([1, "x", [1]])), ...members(["q"], () => pick<unknown>([{ a: 1 }, { b: { c: 1 } }])) },
  };
  return Object.fromEntries(
    some(Object.entries(spec)).filter(([, value]) => typeof value !== "object" || Object.keys(value as object).length > 0),
  );
}
