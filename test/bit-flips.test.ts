import { describeBitFlips } from "./faults/bit-flips.ts";

// the same bits on every run; the long form takes others
describeBitFlips(120, 1);
