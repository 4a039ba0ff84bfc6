import { describe, expect, it } from "vitest";
import { PresentedToken } from "./token.ts";
import { TokenFileError, tokensInFile } from "./token-file.ts";

const read = (text: string, oddities: string[] = []) => {
  const tokens = tokensInFile("tokens.csv", text, (message) => oddities.push(message));
  return (token: string) => tokens(new PresentedToken(token));
};

describe("a file of tokens", () => {
  it("tells users, uids and groups", () => {
    const ask = read('abc,kim,7,"a,b"\r\n\n"d""e",lee,\nf,joan,9,one');
    expect(ask("abc")).toEqual({ name: "kim", uid: "7", groups: ["a", "b"] });
    expect(ask('d"e')).toEqual({ name: "lee", groups: [] });
    expect(ask("f")).toMatchObject({ groups: ["one"] });
    expect([ask("abcd"), ask("ab"), ask(""), ask("kim")]).toEqual([undefined, undefined, undefined, undefined]);
  });

  it("leaves out empty tokens, and the last of two that are alike wins", () => {
    const oddities: string[] = [];
    const ask = read(",kim,1\nabc,kim,1\nabc,lee,2\n", oddities);
    expect(ask("abc")).toMatchObject({ name: "lee" });
    expect(ask("")).toBeUndefined();
    expect(oddities).toEqual([
      "empty token has been found in token file 'tokens.csv', record number '1'",
      "duplicate token has been found in token file 'tokens.csv', record number '3'",
    ]);
  });

  it.each([
    ["secret,kim", "token file 'tokens.csv' must have at least 3 columns (token, user name, user uid), found 2"],
    ['a,b,c\n"secret,kim,1\n', "token file 'tokens.csv': line 2: a quote is where none can be, or missing"],
    ['sec"ret,kim,1', "token file 'tokens.csv': line 1: a quote is where none can be, or missing"],
  ])("is refused where it cannot be read, without a word of what is in it: %s", (text, message) => {
    expect(() => read(text)).toThrow(new TokenFileError(message));
  });
});
