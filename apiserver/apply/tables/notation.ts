import { EMPTY, type FieldSet, forEachField, inOrder, unionOf } from "../field-set.ts";
import { fieldElement, indexElement, keyElement, keyPart, printWay, valueElement } from "../path-element.ts";

const STEP = /\.([\w-]+)|\[=([^\]]+)\]|\[(\d+)\]|\[([^\]]+)\]/y;

/**
 * The set of fields that a text names as errors name them: `.spec .spec.ports[port=80,protocol="TCP"] .spec.set[="a"] .spec.list[0]`. A space
 * ends a field, so none of them says one.
 */
export function fields(text: string): FieldSet {
  const ways = text.split(" ").filter((way) => way !== "");
  return unionOf(ways.map((way) => stepsOf(way).reduceRight<FieldSet>((below, element) => ({ [element]: below }), EMPTY)));
}

/** The steps of one of them. */
export function stepsOf(way: string): string[] {
  const steps: string[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < way.length) {
    const [, name, value, index, keys] = STEP.exec(way) ?? [];
    if (name !== undefined) steps.push(fieldElement(name));
    else if (value !== undefined) steps.push(valueElement(JSON.parse(value)));
    else if (index !== undefined) steps.push(indexElement(Number(index)));
    else if (keys !== undefined) steps.push(keyElement(keys.split(",").map(partOf).sort()));
    else throw new Error(`no way to a field: ${way}`);
  }
  return steps;
}

function partOf(key: string): string {
  const [name = "", value = ""] = key.split("=");
  return keyPart(name, JSON.parse(value));
}

/** The text that names all fields of a set, in Kubernetes' order. */
export function printFields(set: FieldSet): string {
  const ways: string[] = [];
  forEachField(inOrder(set), (way) => ways.push(printWay(way)));
  return ways.join(" ");
}
