import { existsSync } from "node:fs";
import { tmpdir } from "node:os";

/** Where files need no flush, for tests that write a lot and look at something else. */
export const MEMORY = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
