import { type FieldError, forbidden, notSupported, required } from "../../apimachinery/field/error.ts";
import { marshal } from "../../apimachinery/go-text.ts";
import { invalid } from "../../apimachinery/status/status.ts";
import { isPrintable, MANAGER_LENGTH, validateManager } from "../../apimachinery/validation/managed-fields.ts";
import type { Query } from "../routing/query.ts";

/** metav1.CreateOptions, UpdateOptions and PatchOptions, checked. */
export interface WriteOptions {
  readonly dryRun: boolean;
  /** Who owns what the write sets; empty when the client does not say. */
  readonly fieldManager: string;
  readonly fieldValidation: FieldValidation;
  /** Apply only: take over what others own. */
  readonly force: boolean;
}

export type FieldValidation = "Ignore" | "Warn" | "Strict";

/**
 * Reads and checks the options of a write (k8s.io/apimachinery, pkg/apis/meta/v1/validation/validation.go).
 * @throws StatusError Invalid, of the options' own kind
 */
export function parseWriteOptions(query: Query, kind: "CreateOptions" | "UpdateOptions" | "PatchOptions", apply = false): WriteOptions {
  const errors: FieldError[] = [];
  const fieldManager = query.get("fieldManager") ?? "";
  if (kind === "PatchOptions") {
    if (apply && fieldManager === "") errors.push(required("fieldManager", "is required for apply patch"));
    if (!apply && query.has("force")) errors.push(forbidden("force", "may not be specified for non-apply patch"));
  }
  errors.push(...validateManager(fieldManager, "fieldManager"));
  const dryRun = query.all("dryRun");
  errors.push(...dryRunErrors(dryRun));
  const fieldValidation = query.get("fieldValidation") ?? "";
  if (!["", "Ignore", "Strict", "Warn"].includes(fieldValidation)) {
    errors.push(notSupported("fieldValidation", fieldValidation, ["", "Ignore", "Strict", "Warn"]));
  }
  if (errors.length > 0) throw invalid({ group: "meta.k8s.io", kind }, "", errors);
  return {
    dryRun: dryRun.length > 0,
    fieldManager,
    fieldValidation: fieldValidation === "" ? "Warn" : (fieldValidation as FieldValidation),
    force: query.flag("force"),
  };
}

export function dryRunErrors(values: readonly string[]): FieldError[] {
  if (values.every((value) => value === "All")) return [];
  const error = notSupported("dryRun", "", ["All"]);
  return [{ ...error, body: error.body.replace('""', marshal(values)) }];
}

/** What nearly all names consist of. */
const PLAIN = /^[ -~]+$/;

/** Who writes when the client does not say: the user agent up to its first slash (k8s.io/apiserver, pkg/endpoints/handlers/create.go). */
export function managerOf(options: WriteOptions, userAgent: string | undefined): string {
  if (options.fieldManager !== "") return options.fieldManager;
  const [sent = ""] = (userAgent ?? "").split("/", 1);
  if (sent.length <= MANAGER_LENGTH && PLAIN.test(sent)) return sent;
  // a header comes as its bytes, one character each
  const name = Buffer.from(sent, "latin1").toString();
  let manager = "";
  let length = 0;
  for (const character of name) {
    if (!isPrintable(character)) continue;
    length += Buffer.byteLength(character);
    if (length > MANAGER_LENGTH) break;
    manager += character;
  }
  return manager === "" ? "unknown" : manager;
}
