import { expect, it } from "vitest";
import { controllers, serverControllers } from "./controllers.ts";
import { CONTROLLER_NAMES } from "./names.ts";

it("every controller that can be chosen has its name in the list, and no name stands for two", () => {
  const lent = { signing: { sign: async () => "", longest: 0 }, tokens: { certificate: "", issue: async () => "" } };
  expect(controllers(lent).map(({ name }) => name)).toEqual(CONTROLLER_NAMES);
  const all = [...serverControllers, ...controllers(lent)].map(({ name }) => name);
  expect(new Set(all).size).toBe(all.length);
});
