import type { ApiRequest, UserInfo } from "../request.ts";

/** One way to tell who sends a request; undefined when the request says nothing in this way. */
export type Authenticator = (request: ApiRequest) => UserInfo | undefined | Promise<UserInfo | undefined>;

/** The subject of the verified client certificate: CN is the user, O the groups (k8s.io/apiserver, pkg/authentication/request/x509). */
export const clientCertificates: Authenticator = ({ connection }) => {
  const certificate = connection.clientCertificate;
  if (certificate === undefined || certificate.commonName === "") return undefined;
  return authenticated(certificate.commonName, certificate.organizations);
};

/** Callers in this process, whom the door to it has named. */
export const inProcess: Authenticator = ({ connection }) => connection.trustedUser;

/** The group of everyone who is known. */
export function authenticated(name: string, groups: readonly string[]): UserInfo {
  return { name, groups: groups.includes("system:authenticated") ? groups : [...groups, "system:authenticated"] };
}

/** Who sends a request without credentials. */
export const ANONYMOUS: UserInfo = { name: "system:anonymous", groups: ["system:unauthenticated"] };
