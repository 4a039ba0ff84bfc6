import type { ValueType } from "../../value-type.ts";
import { endlessType, oneKeyType, twoKeysType } from "./types.ts";

const A1 = '[id=1,name="a"]';

/** A value, the fields that it sets, and these with every declared field that leads to one of them: under a newer type perhaps. */
export const named: readonly [shows: string, types: readonly [ValueType, now?: ValueType], value: object, set: string, all: string][] = [
  [
    "declared members all the way",
    [endlessType],
    { named: { named: { value: 0 } } },
    ".named.named.value",
    ".named .named.named .named.named.value",
  ],
  [
    "more than one way",
    [endlessType],
    { named: { a: { named: { value: 42 } } }, a: { named: { value: 1 } } },
    ".a.named.value .named.a.named.value",
    ".a .named .a.named .a.named.value .named.a .named.a.named .named.a.named.value",
  ],
  [
    "undeclared members in between, which are fields of their own",
    [endlessType],
    { named: { x: { named: { value: 42 } } }, x: { named: { value: 1 } } },
    ".x .named.x .named.x.named.value .x.named.value",
    ".named .x .named.x .named.x.named .named.x.named.value .x.named .x.named.value",
  ],
  [
    "a list in between",
    [endlessType],
    { named: { things: [{ name: "a", id: 1, named: { value: 0 } }] } },
    `.named.things${A1} .named.things${A1}.id .named.things${A1}.name .named.things${A1}.named.value`,
    `.named .named.things .named.things${A1} .named.things${A1}.id .named.things${A1}.name .named.things${A1}.named .named.things${A1}.named.value`,
  ],
  [
    "items from before there was a second key",
    [oneKeyType, twoKeysType],
    { things: [{ name: "a", value: 0 }] },
    '.things[name="a"] .things[name="a"].name .things[name="a"].value',
    '.things .things[name="a"] .things[name="a"].name .things[name="a"].value',
  ],
  [
    "items that do not say the second key",
    [twoKeysType],
    { things: [{ name: "a", value: 1 }] },
    '.things[name="a"] .things[name="a"].name .things[name="a"].value',
    '.things .things[name="a"] .things[name="a"].name .things[name="a"].value',
  ],
];
