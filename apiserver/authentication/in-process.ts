import type { Authenticator } from "./authenticator.ts";

/** Callers in this process, whom the door to it has named. */
export const inProcess: Authenticator = ({ connection }) => connection.trustedUser;
