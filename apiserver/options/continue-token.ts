import { DecodeError } from "../../apimachinery/json/decode-error.ts";
import { jsonType } from "../../apimachinery/json/json-type.ts";
import { parseJson } from "../../apimachinery/json/parse.ts";
import { isJsonObject, type JsonValue } from "../../apimachinery/json/value.ts";
import { badRequest } from "../../apimachinery/status/status.ts";

/** Where the next page starts, and in which state of the store (k8s.io/apiserver, pkg/storage/continue.go). */
export interface Continuation {
  /** The revision of the first page; undefined to go on in the latest state, knowingly inconsistent. */
  readonly revision: number | bigint | undefined;
  /** Relative to the prefix of the list: the last key that was shown and a NUL. */
  readonly start: string;
}

const VERSION = "meta.k8s.io/v1";

export function encodeContinue({ revision, start }: Continuation): string {
  const rv = revision ?? -1;
  return Buffer.from(`{"v":"${VERSION}","rv":${rv},"start":${JSON.stringify(start)}}`).toString("base64url");
}

/** @throws StatusError BadRequest `invalid continue token: …` */
export function decodeContinue(token: string): Continuation {
  const wrong = (why: string) => badRequest(`invalid continue token: continue key is not valid: ${why}`);
  const stray = token.search(/[^A-Za-z0-9_-]/);
  if (stray >= 0 || token.length % 4 === 1) throw wrong(`illegal base64 data at input byte ${stray >= 0 ? stray : token.length - 1}`);
  let value: JsonValue;
  try {
    value = parseJson(Buffer.from(token, "base64url")) ?? {};
  } catch (error) {
    if (error instanceof DecodeError) throw wrong(error.message);
    throw error;
  }
  if (!isJsonObject(value)) throw wrong(`json: cannot unmarshal ${jsonType(value)} into Go value of type storage.continueToken`);
  const misfit = (found: JsonValue, field: string, type: string) =>
    wrong(`json: cannot unmarshal ${jsonType(found)} into Go struct field continueToken.${field} of type ${type}`);
  // a null leaves the field as if it were absent
  const v = value.v ?? "";
  const rv = value.rv ?? 0;
  const start = value.start ?? "";
  if (typeof v !== "string") throw misfit(v, "v", "string");
  if (typeof rv !== "number" && typeof rv !== "bigint") throw misfit(rv, "rv", "int64");
  if (typeof start !== "string") throw misfit(start, "start", "string");
  if (v !== VERSION) throw wrong(`server does not recognize this encoded version ${v}`);
  if (rv === 0) throw wrong(`incorrect encoded start resourceVersion (version ${VERSION})`);
  if (start === "") throw wrong(`encoded start key empty (version ${VERSION})`);
  const key = start.startsWith("/") ? start.slice(1) : start;
  // what Go's path.Clean would change
  if (key.split("/").some((part) => part === "" || part === "." || part === "..")) throw wrong(start);
  return { revision: rv < 0 ? undefined : rv, start: key };
}
