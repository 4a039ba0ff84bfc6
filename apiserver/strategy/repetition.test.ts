import { expect, test } from "vitest";
import { invalid } from "../../apimachinery/field/error.ts";
import { withoutRepetition } from "./repetition.ts";

test("a fault is named once, but of custom kinds and of definitions as often as it is found", () => {
  const errors = [invalid("a", 1, "is wrong"), invalid("b", 1, "is wrong"), invalid("a", 1, "is wrong")];
  expect(withoutRepetition({ flavor: "builtin", group: "" }, errors)).toEqual(errors.slice(0, 2));
  expect(withoutRepetition({ flavor: "builtin", group: "apiextensions.k8s.io" }, errors)).toEqual(errors);
  expect(withoutRepetition({ flavor: "custom", group: "" }, errors)).toEqual(errors);
});
