/** A value and the fields that it sets (see notation.ts). */
export type FieldsOf = readonly [value: object, fields: string];

const [A1, A2, B1] = ['.things[id=1,name="a"]', '.things[id=2,name="a"]', '.things[id=1,name="b"]'];

/** Of a shelf (see types.ts). */
export const declared: readonly FieldsOf[] = [
  [{ label: "a", whole: 1 }, ".label .whole"],
  [{ label: "a", whole: { a: "b" } }, ".label .whole"],
  [{ label: "a", whole: null }, ".label .whole"],
  [{ label: "a" }, ".label"],
  [{ label: "a", whole: true }, ".label .whole"],
  [{ size: 1 }, ".size"],
  [{ size: 2.75 }, ".size"],
  [{ on: true }, ".on"],
  [{ on: false }, ".on"],
  [{ set: ["a", "b", "c"] }, '.set[="a"] .set[="b"] .set[="c"]'],
  [{ set: ["a", "b", "c", "a", "b", "c", "c"] }, '.set[="a"] .set[="b"] .set[="c"]'],
  [{ flags: [true, false, true] }, ".flags[=false] .flags[=true]"],
  [{ numbers: [1, 2, 3, 2.75] }, ".numbers[=1] .numbers[=2] .numbers[=2.75] .numbers[=3]"],
  [{ colour: {} }, ".colour"],
  [{ colour: null }, ".colour"],
  [{ colour: { red: 255, green: 0 } }, ".colour"],
  [{ waves: {} }, ".waves"],
  [{ waves: null }, ".waves"],
  [{ waves: { infra: 255 } }, ".waves"],
  [{ args: [] }, ".args"],
  [{ args: null }, ".args"],
  [{ args: [null] }, ".args"],
  [
    {
      args: [
        { key: "a", value: "b" },
        { key: "c", value: "d" },
      ],
    },
    ".args",
  ],
  [{ map: {} }, ".map"],
  [{ map: null }, ".map"],
  [{ map: { a: {} } }, ".map.a"],
  [{ struct: {} }, ".struct"],
  [{ struct: { b: null } }, ".struct.b"],
  [{ things: [] }, ""],
  [{ things: null }, ".things"],
  [{ things: [{ name: "a", id: 1, tags: { a: "a" } }] }, `${A1} ${A1}.id ${A1}.name ${A1}.tags.a`],
  [
    {
      things: [
        { name: "a", id: 1 },
        { name: "a", id: 2 },
        { name: "b", id: 1 },
      ],
    },
    `${A1} ${B1} ${A2} ${A1}.id ${A1}.name ${B1}.id ${B1}.name ${A2}.id ${A2}.name`,
  ],
  [
    {
      things: [
        { name: "a", id: 1, size: 2 },
        { name: "a", id: 2, size: 3 },
        { name: "b", id: 1 },
        { name: "a", id: 2, on: true },
      ],
    },
    `${A1} ${B1} ${A2} ${A1}.id ${A1}.name ${A1}.size ${B1}.id ${B1}.name`,
  ],
  [{ texts: ["a", "a", "a"] }, ".texts"],
];

/** Where nothing is declared, what holds something is a field as well. */
export const undeclared: readonly FieldsOf[] = [
  [{ a: "x", b: 1 }, ".a .b"],
  [{ a: "x", b: { c: "y" } }, ".a .b .b.c"],
  [{ a: "x", b: null }, ".a .b"],
  [{ a: "x" }, ".a"],
  [{ a: "x", b: true }, ".a .b"],
  [{ a: 1 }, ".a"],
  [{ a: 2.75 }, ".a"],
  [{ a: true }, ".a"],
  [{ a: false }, ".a"],
  [{ a: ["x", "y", "z"] }, ".a"],
  [{ a: {} }, ".a"],
  [{ a: null }, ".a"],
  [{ a: { red: 255, green: 0, blue: 0 } }, ".a .a.blue .a.green .a.red"],
  [{ a: { infra: 255 } }, ".a .a.infra"],
  [{ a: [] }, ".a"],
  [{ a: [null] }, ".a"],
  [{ a: [{ key: "x", value: "y" }, { key: "z" }] }, ".a"],
  [{ a: ["x", "x", "x"] }, ".a"],
];
