import { describeBitFlips } from "./bit-flips.ts";

describeBitFlips(Number(process.env.FLIPS ?? 5_000), Number(process.env.SEED ?? Date.now() % 1_000_000));
