/** metav1.Condition, and the statuses that custom kinds start with. */
import { dateTime, int64, list, type Options, object, oneOf, optional, string } from "../../typed-schema.ts";

export const condition = object("One aspect of the object's state, as a controller last saw it.", {
  type: string("The aspect, in CamelCase, such as `Ready`; it may have a domain in front.", {
    maxLength: 316,
    pattern: "^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$",
  }),
  status: oneOf("Whether it holds.", ["True", "False", "Unknown"]),
  observedGeneration: optional(int64("The generation of the object that the controller looked at.", { minimum: 0 })),
  lastTransitionTime: dateTime("When `status` last changed."),
  reason: string("The cause in one CamelCase word, for programs.", {
    maxLength: 1024,
    minLength: 1,
    pattern: "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$",
  }),
  message: string("The cause in a sentence, for people; it may be empty.", { maxLength: 32768 }),
});

/** `status.conditions`. Datum's kinds leave the list atomic to server-side apply, unless `options` say otherwise. */
export const conditions = (options: Options = {}) => optional(list("What is true of the object, one aspect each.", condition, options));

/** Conditions of an object that no controller has looked at yet. */
export function pendingConditions(...types: string[]) {
  return types.map((type) => ({
    type,
    status: "Unknown",
    reason: "Pending",
    message: "Waiting for controller",
    lastTransitionTime: "1970-01-01T00:00:00Z",
  }));
}
