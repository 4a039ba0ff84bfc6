import type { ValueType } from "../../value-type.ts";
import { keptPartsType, keptType, keptWholesType, partsType, undeclaredType, wholesType } from "./types.ts";

/** Fields that were owned before a schema changed (see notation.ts), and what they come to under the new one. */
export const reconciled: readonly [shows: string, type: ValueType, owned: string, fixed: string][] = [
  [
    "parts that become wholes",
    wholesType,
    '.struct.a .set[="x"] .map.x .things[id=1,name="x"].size .same.a',
    ".map .set .struct .things .same.a",
  ],
  ["parts that stay parts", partsType, '.struct.a .set[="x"] .map.x .things[id=1,name="x"].size .same.a', ""],
  ["wholes that stay wholes", wholesType, ".struct .set .things .same.a", ""],
  ["wholes that become parts", partsType, ".struct .set .things .same.a", ""],
  [
    "containers of which nothing else is owned",
    partsType,
    '.struct .set .things .things[id=1,name="x"] .things[id=1,name="x"].size .same',
    "",
  ],
  ["what is not declared", undeclaredType, ".struct .struct.a .set .things .same.a", ""],
  ["what is not declared in what is", keptType, ".kept .kept.x .kept.y.z", ""],
  ["a part beside what is not declared", keptWholesType, '.kept .kept.x .kept.set .kept.set[="x"]', ".kept .kept.set .kept.x"],
  ["a part that stays beside what is not declared", keptPartsType, '.kept .kept.x .kept.set .kept.set[="x"]', ""],
  ["what the new schema does not have", wholesType, ".gone.x .struct.a", ".struct .gone.x"],
];
