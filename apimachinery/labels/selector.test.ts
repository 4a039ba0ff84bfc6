import { expect, test } from "vitest";
import { LabelRequirement, LabelSelector, parseLabelSelector } from "./selector.ts";

const objects: Record<string, Record<string, string>> = {
  "a-red": { color: "red", size: "1" },
  "b-blue": { color: "blue", size: "10" },
  "c-none": { size: "2" },
  "d-empty": { color: "", "example.com/tier": "x" },
  "e-text": { size: "big", color: "Red" },
};
const selected = (text: string) => {
  const selector = parseLabelSelector(text);
  return Object.keys(objects)
    .filter((name) => selector.matches(objects[name]))
    .map((name) => name[0])
    .join("");
};

test.each([
  ["color=red", "a"],
  ["color==red", "a"],
  ["color!=red", "bcde"],
  ["color in (red,blue)", "ab"],
  ["  color   in\n(  red ,\tblue )  ", "ab"],
  ["color notin (red,blue)", "cde"],
  ["color", "abde"],
  ["!color", "c"],
  ["! color", "c"],
  ["color=", "d"],
  ["color==", "d"],
  ["color!=", "abce"],
  ["color in (,red)", "ad"],
  ["color in (red,)", "ad"],
  ["color in (red,,blue)", "abd"],
  ["color in ()", "d"],
  ["color notin ()", "abce"],
  ["color in (red,red,red)", "a"],
  ["size>1", "bc"],
  ["size<10", "ac"],
  ["size>0,size<3", "ac"],
  ["example.com/tier", "d"],
  ["color=red,color=blue", ""],
  ["Color=red", ""],
  ["in=in", ""],
  ["color=notin", ""],
  ["constructor", ""],
  ["", "abcde"],
  [" ", "abcde"],
])("%j selects %j", (text, names) => {
  expect(selected(text)).toBe(names);
});

test.each([
  ["=red", "found '=', expected: !, identifier, or 'end of string'"],
  ["a===b", "unable to parse requirement: found '=', expected: identifier"],
  ["a=b c", "found 'c', expected: ',' or 'end of string'"],
  ["a in (b", "unable to parse requirement: found '', expected: ',' or ')'"],
  ["a in b", "unable to parse requirement: found 'b' expected: '('"],
  ["a in", "unable to parse requirement: found '' expected: '('"],
  ["a in (=)", "unable to parse requirement: found '=', expected: ',', ')' or identifier"],
  ["a in (b,=)", "unable to parse requirement: found '=', expected: ',', or identifier"],
  [",a=b", "found ',', expected: !, identifier, or 'end of string'"],
  ["a=b,", "found '', expected: identifier after ','"],
  ["a=b,,c=d", "found ',', expected: identifier after ','"],
  ["k".repeat(64), `unable to parse requirement: <nil>: Invalid value: "${"k".repeat(64)}": name part must be no more than 63 bytes`],
  ["/b=c", 'unable to parse requirement: <nil>: Invalid value: "/b": prefix part must be non-empty'],
  [`a=${"v".repeat(64)}`, `unable to parse requirement: values[0][a]: Invalid value: "${"v".repeat(64)}": must be no more than 63 bytes`],
  ["!a=b", "found '=', expected: ',' or 'end of string'"],
  ["!!a", "unable to parse requirement: found '!', expected: identifier"],
  ["a>b", "unable to parse requirement: values[0]: Invalid value: \"b\": for 'Gt', 'Lt' operators, the value must be an integer"],
  ["a>", "unable to parse requirement: values[0]: Invalid value: \"\": for 'Gt', 'Lt' operators, the value must be an integer"],
  ["a>(1)", "unable to parse requirement: found '(', expected: identifier"],
  ["!", "unable to parse requirement: found '', expected: identifier"],
  ["a in (b,c!)", "unable to parse requirement: found '!', expected: ',' or ')'"],
  ["a (b)", "unable to parse requirement: found '(', expected: in, notin, =, ==, !=, gt, lt"],
])("%j does not parse", (text, message) => {
  expect(() => parseLabelSelector(text)).toThrow(message);
});

test("a selector's text is sorted by key and parses to the same selector", () => {
  const text = parseLabelSelector("z>1,!y,x notin (b,a),w==1,v,u!=2,t<3,s=4").toString();
  expect(text).toBe("s=4,t<3,u!=2,v,w==1,x notin (a,b),!y,z>1");
  expect(parseLabelSelector(text).toString()).toBe(text);
});

test("an empty selector matches objects without labels", () => {
  expect(LabelSelector.everything.matches(undefined)).toBe(true);
  expect(LabelSelector.everything.empty).toBe(true);
  expect(parseLabelSelector("a").empty).toBe(false);
});

test("a requirement built by hand is checked too", () => {
  expect(() => new LabelRequirement("a", "in", [])).toThrow(
    "values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty",
  );
});
