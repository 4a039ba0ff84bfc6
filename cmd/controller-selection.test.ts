import { describe, expect, it } from "vitest";
import { CONTROLLER_NAMES } from "../controllers/names.ts";
import { isSelected, parseControllers } from "./controller-selection.ts";

function selected(...values: string[]): string[] {
  const errors: string[] = [];
  const selection = parseControllers("--controllers", values.length > 0 ? values : undefined, errors);
  expect(errors).toEqual([]);
  return CONTROLLER_NAMES.filter((name) => isSelected(selection, name));
}

describe("the choice of controllers", () => {
  it("is all of them by default, and for a star", () => {
    expect(selected()).toEqual(CONTROLLER_NAMES);
    expect(selected("*")).toEqual(CONTROLLER_NAMES);
  });

  it("leaves out and takes in by name, and the first word about one counts", () => {
    const others = CONTROLLER_NAMES.filter((name) => name !== "network-controller");
    expect(selected("*,-network-controller")).toEqual(others);
    expect(selected("-network-controller", "*")).toEqual(others);
    expect(selected("-network-controller,network-controller,*")).toEqual(others);
    expect(selected("network-controller,-network-controller")).toEqual(["network-controller"]);
    expect(selected("network-controller", "namespace-controller")).toEqual(["namespace-controller", "network-controller"]);
    expect(selected("-network-controller")).toEqual([]);
    expect(selected("")).toEqual([]);
  });

  it("is refused where it names one that there is not", () => {
    const errors: string[] = [];
    parseControllers("--controllers", ["*,-job-controller", "toString", " network-controller"], errors);
    expect(errors.map((error) => error.replace(/: namespace-controller, .*/, ""))).toEqual([
      '--controllers: "job-controller" is not in the list of known controllers',
      '--controllers: "toString" is not in the list of known controllers',
      '--controllers: " network-controller" is not in the list of known controllers',
    ]);
  });
});
