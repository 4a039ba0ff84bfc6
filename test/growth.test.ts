import { describeGrowth } from "./faults/growth.ts";

describeGrowth([["1 KB, 20 KB and 200 KB", [1_000, 20_000, 200_000], 3e6]]);
