/** The two authorizers that look at nothing (k8s.io/apiserver, pkg/authorization/authorizerfactory/builtin.go). */
import { ALLOW, type Decision, type NamedAuthorizer } from "./authorizer.ts";

const EVERYTHING = [
  { verbs: ["*"], apiGroups: ["*"], resources: ["*"] },
  { verbs: ["*"], nonResourceURLs: ["*"] },
];

/** Everybody may do everything. */
export const alwaysAllow: NamedAuthorizer = {
  name: "alwaysallow",
  authorizer: () => ALLOW,
  rulesFor: () => ({ rules: EVERYTHING, incomplete: false }),
};

const FORBIDDEN: Decision = Object.freeze({ verdict: "no-opinion", reason: "Everything is forbidden." });

/** Nobody may do anything, unless an authorizer that is asked later says so. */
export const alwaysDeny: NamedAuthorizer = { name: "alwaysdeny", authorizer: () => FORBIDDEN };
