import { badRequest, timeout } from "../../apimachinery/status/status.ts";
import { parseDuration } from "../../apimachinery/time/duration.ts";
import { ParseError } from "../../apimachinery/validation/parse-error.ts";
import type { Eventual } from "../eventual.ts";
import type { Query } from "../routing/query.ts";
import type { RequestInfo } from "../routing/request-info.ts";

/** How long a request may take, in milliseconds. */
const DEFAULT = 60_000;

/**
 * The time a request has, in milliseconds; undefined for those that run long. A client may ask for less than the default, not for more.
 * @throws StatusError BadRequest for a `timeout` that is no duration
 */
export function deadlineOf(query: Query, { verb, isResource }: RequestInfo): number | undefined {
  if (isResource && (verb === "watch" || verb === "proxy")) return undefined;
  const text = query.get("timeout");
  if (text === undefined || text === "") return DEFAULT;
  try {
    const wanted = parseDuration(text);
    return wanted <= 0 ? DEFAULT : Math.min(wanted, DEFAULT);
  } catch (error) {
    if (error instanceof ParseError) throw badRequest(`invalid timeout specified in the request URL - ${error.message}`);
    throw error;
  }
}

/** The result of `work`, or a 504 once `limit` milliseconds have passed; what comes later is dropped. */
export function withinDeadline<T>(limit: number | undefined, work: Eventual<T>): Eventual<T> {
  if (limit === undefined || !(work instanceof Promise)) return work;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(timeout("request did not complete within the allotted timeout")), limit);
    work.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
