import { CONTROLLER_NAMES, type ControllerName } from "../controllers/names.ts";

/**
 * Which controllers run: `*` stands for all, `name` for one, `-name` for not that one. The first word about a controller counts
 * (kube-controller-manager, `--controllers`).
 */
export type ControllerSelection = readonly string[];

export const ALL_CONTROLLERS: ControllerSelection = ["*"];

/** @param errors told one line per name that there is not */
export function parseControllers(flag: string, values: readonly string[] | undefined, errors: string[]): ControllerSelection {
  if (values === undefined) return ALL_CONTROLLERS;
  const words = values.flatMap((value) => value.split(",")).filter((word) => word !== "");
  for (const word of words) {
    const name = word.replace(/^-/, "");
    if (word !== "*" && !CONTROLLER_NAMES.includes(name as ControllerName))
      errors.push(`${flag}: ${JSON.stringify(name)} is not in the list of known controllers: ${CONTROLLER_NAMES.join(", ")}`);
  }
  return words;
}

export function isSelected(selection: ControllerSelection, name: string): boolean {
  const word = selection.find((one) => one === name || one === `-${name}`);
  return word === undefined ? selection.includes("*") : word === name;
}
