import { type FieldError, invalid, required } from "../field/error.ts";
import { validateDnsSubdomain } from "./names.ts";

const URL_PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const isUrlPath = new RegExp(`^${URL_PATH}$`);

/** What is wrong with a key such as `acme.io/foo` (k8s.io/apimachinery, pkg/util/validation, IsDomainPrefixedPath). */
export function validateDomainPrefixedPath(key: string, place: string): FieldError[] {
  if (key === "") return [required(place)];
  const slash = key.indexOf("/");
  if (slash < 1 || slash === key.length - 1) return [invalid(place, key, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  const [host, path] = [key.slice(0, slash), key.slice(slash + 1)];
  const errors = validateDnsSubdomain(host).map((text) => invalid(place, host, text));
  if (!isUrlPath.test(path)) errors.push(invalid(place, path, `Invalid path (regex used for validation is '${URL_PATH}')`));
  return errors;
}
