import { quote } from "../../apimachinery/go-text.ts";
import type { CustomResourceDefinition } from "../../apis/apiextensions/v1/custom-resource-definition.ts";
import type { Told } from "../runtime/conditions.ts";

export type Names = CustomResourceDefinition["spec"]["names"];

/** The names that definitions of one group have been given, and nobody else of the group may have. */
export interface TakenNames {
  /** Plurals, singulars and short names. */
  readonly resources: ReadonlySet<string>;
  /** Kinds and kinds of lists. */
  readonly kinds: ReadonlySet<string>;
}

/** What a definition is told of the names that it asks for. */
export interface NameVerdict {
  readonly acceptedNames: Names;
  readonly namesAccepted: Told;
}

/**
 * Decides which of the names that a definition asks for it gets. Each name is decided by itself, so that as many as possible are accepted; the
 * last one that is refused is told (apiextensions-apiserver, pkg/controller/status/naming_controller.go).
 *
 * @param accepted the names that it has already
 */
export function judgeNames(asked: Names, accepted: Names | undefined, taken: TakenNames): NameVerdict {
  const had = accepted ?? { plural: "", kind: "" };
  const got: Names = { ...had };
  let refusal: Told | undefined;
  const refuse = (reason: string, names: readonly string[]) => {
    const texts = names.map((name) => `${quote(name)} is already in use`);
    const message = texts.length === 1 ? (texts[0] as string) : `[${texts.join(", ")}]`;
    refusal = { type: "NamesAccepted", status: "False", reason, message };
  };
  const single = (member: "plural" | "singular" | "kind" | "listKind", reason: string, used: ReadonlySet<string>) => {
    const name = asked[member] ?? "";
    if (name !== (had[member] ?? "") && used.has(name)) refuse(reason, [name]);
    else set(got, member, name);
  };
  single("plural", "PluralConflict", taken.resources);
  single("singular", "SingularConflict", taken.resources);
  const shortNames = asked.shortNames ?? [];
  const conflicting = shortNames.filter((name) => !(had.shortNames ?? []).includes(name) && taken.resources.has(name));
  if (conflicting.length > 0) refuse("ShortNamesConflict", [...new Set(conflicting)]);
  else set(got, "shortNames", shortNames);
  single("kind", "KindConflict", taken.kinds);
  single("listKind", "ListKindConflict", taken.kinds);
  set(got, "categories", asked.categories ?? []);
  return {
    acceptedNames: got,
    namesAccepted: refusal ?? { type: "NamesAccepted", status: "True", reason: "NoConflicts", message: "no conflicts found" },
  };
}

/** As Go writes it: what is empty is left out, but for the names that are always there. */
function set(names: Names, member: keyof Names, value: string | readonly string[]): void {
  if (value.length > 0 || member === "plural" || member === "kind") Object.assign(names, { [member]: value });
  else delete (names as Partial<Names>)[member];
}

/** What is told of whether the kind is served, beside the verdict on its names; a kind that is stays so. */
export function establishedOf(present: Told | undefined, { namesAccepted }: NameVerdict): Told {
  if (present?.status === "True") return present;
  if (namesAccepted.status === "True") {
    return { type: "Established", status: "False", reason: "Installing", message: "the initial names have been accepted" };
  }
  return present ?? { type: "Established", status: "False", reason: "NotAccepted", message: "not all names are accepted" };
}
