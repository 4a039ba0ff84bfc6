/** One line of the table. All numbers are in `unit`; less is better. */
export interface Figure {
  readonly what: string;
  readonly unit: string;
  readonly ours: number;
  /** A bare Node server that answers the same bytes, in the same run. */
  readonly bare?: number | undefined;
  /** kube-apiserver 1.37 with etcd on two such cores. */
  readonly kube?: number | undefined;
  readonly aim?: number | undefined;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The smallest of the values that at least this part of them does not exceed. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)]!;
}

/** The table as text: columns for people who read it in a terminal, or Markdown for `docs/benchmarks.md`. */
export function table(figures: readonly Figure[], markdown: boolean): string {
  const heads = ["what", "unit", "ours", "bare Node", "kube-apiserver", "aim"];
  const rows = figures.map(({ what, unit, ours, bare, kube, aim }) => [what, unit, ...[ours, bare, kube, aim].map(shown)]);
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) => {
    const padded = cells.map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)));
    return markdown ? `| ${padded.join(" | ")} |` : padded.join("  ").trimEnd();
  };
  const rule = widths.map((width, column) => (markdown && column >= 2 ? `${"-".repeat(width - 1)}:` : "-".repeat(width)));
  return [line(heads), line(rule), ...rows.map(line)].join("\n");
}

/** As many digits as mean something. */
function shown(value: number | undefined): string {
  if (value === undefined) return "";
  if (value === 0 || value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
