import { describe, expect, it } from "vitest";
import { Float } from "../../apimachinery/json/value.ts";
import { InvalidElement, normaliseElement, printWay, valueElement } from "./path-element.ts";

describe("a step that a client sent", () => {
  it.each([
    ["f:a b", "f:a b"],
    ["f:", "f:"],
    ['k:{ "b": 1, "a": "x" }', 'k:{"a":"x","b":1}'],
    ["v: 1.0", "v:1"],
    ['v:"<"', 'v:"\\u003c"'],
    ["i:+07", "i:7"],
    ["z:anything", undefined],
  ])("%s reads %s", (sent, read) => {
    expect(normaliseElement(sent)).toBe(read);
  });

  it.each(["", "f", "data", "k:{", 'k:"a"', "v:", "v:1 2", "i:x", "i:"])("%s is none", (sent) => {
    expect(() => normaliseElement(sent)).toThrow(InvalidElement);
  });
});

it("prints ways as error texts do", () => {
  const way = ["f:spec", 'k:{"port":80,"protocol":"TCP"}', "f:a/b", 'v:"x\\"y"', "v:1e+21", "v:null", "i:0"];
  expect(printWay(way)).toBe('.spec[port=80,protocol="TCP"].a/b[="x\\"y"][=1e+21][=null][0]');
});

it("spells a whole float as the integer that it equals", () => {
  expect(valueElement(new Float(5))).toBe(valueElement(5));
});
