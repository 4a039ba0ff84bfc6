import { describe, expect, it } from "vitest";
import { establishedOf, judgeNames, type Names, type TakenNames } from "./names.ts";

const taken = (resources: string[] = [], kinds: string[] = []): TakenNames => ({ resources: new Set(resources), kinds: new Set(kinds) });
const ASKED: Names = { plural: "lamps", singular: "lamp", shortNames: ["l"], kind: "Lamp", listKind: "LampList", categories: ["all"] };

describe("names", () => {
  it("are all given when nobody has them", () => {
    expect(judgeNames(ASKED, undefined, taken())).toEqual({
      acceptedNames: ASKED,
      namesAccepted: { type: "NamesAccepted", status: "True", reason: "NoConflicts", message: "no conflicts found" },
    });
  });

  it.each<[string, TakenNames, string, keyof Names]>([
    ["lamps", taken(["lamps"]), "PluralConflict", "plural"],
    ["lamp", taken(["lamp"]), "SingularConflict", "singular"],
    ["l", taken(["l"]), "ShortNamesConflict", "shortNames"],
    ["Lamp", taken([], ["Lamp"]), "KindConflict", "kind"],
    ["LampList", taken([], ["LampList"]), "ListKindConflict", "listKind"],
  ])("that somebody has are refused by themselves: %s", (name, others, reason, member) => {
    const { acceptedNames, namesAccepted } = judgeNames(ASKED, undefined, others);
    expect(namesAccepted).toMatchObject({ status: "False", reason, message: `"${name}" is already in use` });
    const { [member]: _, ...rest } = ASKED;
    const empty = member === "plural" || member === "kind" ? { [member]: "" } : {};
    expect(acceptedNames).toEqual({ ...rest, ...empty });
  });

  it("that the definition has already are no conflict with itself", () => {
    expect(judgeNames(ASKED, ASKED, taken(["lamps", "lamp", "l"], ["Lamp", "LampList"])).namesAccepted.status).toBe("True");
  });

  it("of several short names are told together", () => {
    const { namesAccepted } = judgeNames({ ...ASKED, shortNames: ["a", "b", "c"] }, undefined, taken(["a", "c"]));
    expect(namesAccepted.message).toBe('["a" is already in use, "c" is already in use]');
  });

  it("that are refused leave those that were given before", () => {
    const { acceptedNames } = judgeNames({ ...ASKED, shortNames: ["x"] }, ASKED, taken(["x"]));
    expect(acceptedNames.shortNames).toEqual(["l"]);
  });
});

it("a kind that was established stays so, whatever becomes of its names", () => {
  const was = { type: "Established", status: "True", reason: "InitialNamesAccepted", message: "" } as const;
  expect(establishedOf(was, judgeNames(ASKED, undefined, taken(["l"])))).toBe(was);
  expect(establishedOf(undefined, judgeNames(ASKED, undefined, taken(["l"]))).reason).toBe("NotAccepted");
  expect(establishedOf(undefined, judgeNames(ASKED, undefined, taken())).reason).toBe("Installing");
});
