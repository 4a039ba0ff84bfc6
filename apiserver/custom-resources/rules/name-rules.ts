import { type FieldError, invalid, required } from "../../../apimachinery/field/error.ts";
import type { FieldPath } from "../../../apimachinery/field/path.ts";
import { validateDns1035Label } from "../../../apimachinery/validation/names.ts";
import type { CustomResourceDefinition } from "../../../apis/apiextensions/v1/custom-resource-definition.ts";

type Names = CustomResourceDefinition["spec"]["names"];

/** Names of a spec have to be there. */
export function requiredNames(names: Names, path: FieldPath): FieldError[] {
  return (["plural", "singular", "kind", "listKind"] as const).filter((name) => !names[name]).map((name) => required(path.child(name)));
}

/** Names that are there have to be good, those that were accepted too. */
export function nameErrors({ plural, singular, shortNames, kind, listKind, categories }: Names, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const label = (where: FieldPath, name: string) => {
    const texts = validateDns1035Label(name);
    if (texts.length > 0) errors.push(invalid(where, name, texts.join(",")));
  };
  const mixedCase = (member: string, name: string | undefined) => {
    const texts = name ? validateDns1035Label(name.toLowerCase()) : [];
    if (texts.length > 0) {
      errors.push(invalid(path.child(member), name, `may have mixed case, but should otherwise match: ${texts.join(",")}`));
    }
  };
  if (plural) label(path.child("plural"), plural);
  if (singular) label(path.child("singular"), singular);
  mixedCase("kind", kind);
  mixedCase("listKind", listKind);
  for (const [index, name] of (shortNames ?? []).entries()) label(path.child("shortNames").index(index), name);
  if (kind && kind === listKind) errors.push(invalid(path.child("listKind"), listKind, "kind and listKind may not be the same"));
  for (const [index, name] of (categories ?? []).entries()) label(path.child("categories").index(index), name);
  return errors;
}
