import type { UserInfo } from "../../request.ts";
import { digestOf, type UserOfToken } from "./token.ts";

/** What cannot be read in a file of tokens; no token is in its text. */
export class TokenFileError extends Error {}

/**
 * Tokens from a file of comma-separated values, one a line: token, user's name, uid, and perhaps groups, quoted where there are several
 * (`--token-auth-file`; k8s.io/apiserver, pkg/authentication/token/tokenfile). What stands further below wins.
 *
 * @param file its name, for errors
 * @param onOddity told of lines that count for nothing
 * @throws TokenFileError
 */
export function tokensInFile(file: string, text: string, onOddity: (message: string) => void): UserOfToken {
  const users = new Map<string, UserInfo>();
  let number = 0;
  for (const record of recordsOf(file, text)) {
    if (record.length < 3) {
      throw new TokenFileError(`token file '${file}' must have at least 3 columns (token, user name, user uid), found ${record.length}`);
    }
    number++;
    const [token = "", name = "", uid = "", groups] = record;
    if (token === "") {
      onOddity(`empty token has been found in token file '${file}', record number '${number}'`);
      continue;
    }
    const digest = digestOf(token);
    if (users.has(digest)) onOddity(`duplicate token has been found in token file '${file}', record number '${number}'`);
    users.set(digest, { name, ...(uid !== "" && { uid }), groups: groups === undefined ? [] : groups.split(",") });
  }
  return ({ digest }) => users.get(digest);
}

/** One field and what ends it; a field may stand in double quotes, with `""` for one inside. */
const FIELD = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;

/** Records of comma-separated values, as Go's encoding/csv reads them; empty lines do not count. */
function recordsOf(file: string, text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let at = 0;
  while (at < text.length || record.length > 0) {
    FIELD.lastIndex = at;
    const found = FIELD.exec(text);
    if (found === null) {
      throw new TokenFileError(
        `token file '${file}': line ${text.slice(0, at).split("\n").length}: a quote is where none can be, or missing`,
      );
    }
    const [all, quoted, plain = "", end] = found;
    at += all.length;
    record.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ",") continue;
    if (record.length > 1 || quoted !== undefined || plain !== "") records.push(record);
    record = [];
  }
  return records;
}
