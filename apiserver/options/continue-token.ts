import { JsonSyntaxError, parseJson } from "../../apimachinery/json/parse.ts";
import { isJsonObject } from "../../apimachinery/json/value.ts";
import { badRequest } from "../../apimachinery/status/status.ts";

/** Where the next page starts, and in which state of the store (k8s.io/apiserver, pkg/storage/continue.go). */
export interface Continuation {
  /** The revision of the first page; undefined to go on in the latest state, knowingly inconsistent. */
  readonly revision: number | undefined;
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
  let value: unknown;
  try {
    value = parseJson(Buffer.from(token, "base64url"));
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw wrong(error.message);
    throw error;
  }
  if (!isJsonObject(value)) throw wrong(`json: cannot unmarshal ${typeof value} into Go value of type storage.continueToken`);
  const { v = "", rv = 0, start = "" } = value;
  if (typeof v !== "string") throw wrong(`json: cannot unmarshal ${typeof v} into Go struct field continueToken.v of type string`);
  if (typeof rv !== "number") throw wrong(`json: cannot unmarshal ${typeof rv} into Go struct field continueToken.rv of type int64`);
  if (typeof start !== "string")
    throw wrong(`json: cannot unmarshal ${typeof start} into Go struct field continueToken.start of type string`);
  if (v !== VERSION) throw wrong(`server does not recognize this encoded version ${v}`);
  if (rv === 0) throw wrong(`incorrect encoded start resourceVersion (version ${VERSION})`);
  if (start === "") throw wrong(`encoded start key empty (version ${VERSION})`);
  const key = start.startsWith("/") ? start.slice(1) : start;
  if (key.split("/").some((part) => part === "..")) throw wrong(start);
  return { revision: rv < 0 ? undefined : rv, start: key };
}
