import { describe, expect, it } from "vitest";
import { endOfValue } from "./end-of-value.ts";

describe("the end of a value", () => {
  it.each([
    ["{}", "{}"],
    ['{"a":{"b":[1,{}]},"c":"x"}', '{"a":{"b":[1,{}]},"c":"x"}'],
    ['["]",[],"}"]', '["]",[],"}"]'],
    [String.raw`{"a":"\\","b":"\"}"}`, String.raw`{"a":"\\","b":"\"}"}`],
    ['{"ä}":"🙂{"}', '{"ä}":"🙂{"}'],
  ])("is behind the bracket that closes it: %s", (text, value) => {
    const json = Buffer.from(`{"before":1,"value":${text},"after":{"x":[]}}`);
    const start = json.indexOf('"value":') + '"value":'.length;
    expect(json.subarray(start, endOfValue(json, start)).toString()).toBe(value);
  });
});
