import { vi } from "vitest";

/** Looks again and again until `look` throws no more, for as long as a machine under load may need. */
export const eventually = <T>(look: () => T | Promise<T>): Promise<T> => vi.waitFor(look, { timeout: 10_000, interval: 20 }) as Promise<T>;
