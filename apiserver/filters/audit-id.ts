import { randomUUID } from "node:crypto";
import type { ApiRequest } from "../request.ts";

/** The id under which a request can be found again: the client's own, or a new one. */
export const auditId = (request: ApiRequest): string => request.headers["audit-id"] || randomUUID();
