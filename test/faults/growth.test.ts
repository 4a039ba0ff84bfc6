import { describeGrowth } from "./growth.ts";

describeGrowth([
  ["1 KB", [1_000], 3e6],
  ["100 KB", [100_000], 8e6],
  ["1 MB", [1_000_000], 40e6],
  ["1 KB, 100 KB and 1 MB", [1_000, 100_000, 1_000_000], 40e6],
]);
