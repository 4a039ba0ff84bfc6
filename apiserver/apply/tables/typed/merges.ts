/** What is there, what is applied over it, and what comes of it. */
export type Merge = readonly [live: object, applied: object, merged: object];

/** Of a shelf (see types.ts). */
export const values: readonly Merge[] = [
  [
    { label: "a", whole: {} },
    { label: "a", whole: 1 },
    { label: "a", whole: 1 },
  ],
  [
    { label: "a", whole: 1 },
    { label: "a", whole: {} },
    { label: "a", whole: {} },
  ],
  [
    { label: "a", whole: null },
    { label: "a", whole: {} },
    { label: "a", whole: {} },
  ],
  [{ whole: { a: 1 } }, { whole: { b: 1 } }, { whole: { b: 1 } }],
  [{ label: "a" }, { whole: true }, { label: "a", whole: true }],
  [{ size: 1 }, { size: 2.75 }, { size: 2.75 }],
  [{ size: 2.75 }, { size: 1 }, { size: 1 }],
  [{ label: "a" }, { on: true }, { label: "a", on: true }],
];

/** Of what may be empty, or null, under each of these names. */
export const empties: readonly [name: string, empty: object][] = [
  ["map", {}],
  ["struct", {}],
  ["list", []],
  ["set", []],
  ["things", []],
  ["colour", {}],
];
export const emptiesMerged: readonly [live: "absent" | "null" | "empty", applied: "absent" | "null" | "empty", merged: "null" | "empty"][] =
  [
    ["absent", "empty", "empty"],
    ["absent", "null", "null"],
    ["null", "empty", "empty"],
    ["empty", "null", "null"],
    ["empty", "empty", "empty"],
    ["null", "null", "null"],
    ["empty", "absent", "empty"],
    ["null", "absent", "null"],
  ];

/** Of a set of texts, each a letter. */
export const sets: readonly [shows: string, live: string, applied: string, merged: string][] = [
  ["fewer", "abc", "ab", "abc"],
  ["more", "ab", "abc", "abc"],
  ["none", "abc", "", "abc"],
  ["none before", "", "abc", "abc"],
  ["another order", "ab", "ba", "ba"],
  ["all others", "abc", "def", "abcdef"],
  ["the last, then others", "abc", "cdef", "abcdef"],
  ["two, and others between them", "abcgf", "cdef", "abcgdef"],
  ["more others than there were", "abc", "defxyz", "abcdefxyz"],
  ["some, and one before", "cdef", "ace", "acdef"],
  ["fewer others than there were", "abcxyz", "def", "abcxyzdef"],
  ["others before the last", "abcxyz", "defxyz", "abcdefxyz"],
  ["the last before the middle", "cagf", "cfag", "cfag"],
  ["the last to the front, the first to the end", "abcd", "defa", "bcdefa"],
  ["two that change places among others", "cdefghij", "2h3e4kl", "cdfg2hij3e4kl"],
  ["three, of which two change places", "abcdefghij", "1b2h3e4kl", "a1bcdfg2hij3e4kl"],
  ["one beside a double", "abb", "c", "abbc"],
  ["a double, once", "abb", "b", "ab"],
  ["another than the double", "abb", "a", "abb"],
  ["others around a double", "abcdec", "1b2ed", "a1bc2ecd"],
  ["a double too, among others", "abcdec", "1b2ced", "a1b2ced"],
  ["one of two doubles", "aabb", "bcd", "aabcd"],
  ["none where there are two doubles", "aabb", "", "aabb"],
  ["all, two of which are doubled", "cagfca", "cfag", "cfag"],
];

export const lists: readonly Merge[] = [
  [{ flags: [true] }, { flags: [false] }, { flags: [true, false] }],
  [{ numbers: [1, 2, 2.75] }, { numbers: [1, 2, 3] }, { numbers: [1, 2, 2.75, 3] }],
  [{ numbers: [1, 2, 2.75, 1, 2] }, { numbers: [1, 2, 3] }, { numbers: [1, 2, 2.75, 3] }],
  [{ flags: [true, false, true] }, { flags: [false] }, { flags: [true, false, true] }],
  [{ flags: [true, false, true] }, { flags: [true] }, { flags: [true, false] }],
  [
    { things: [{ name: "a", id: 1, tags: { a: "a" } }] },
    { things: [{ name: "a", id: 1, tags: { a: "a" } }] },
    { things: [{ name: "a", id: 1, tags: { a: "a" } }] },
  ],
  [
    { things: [{ name: "a", id: 1, tags: { a: "a" } }] },
    { things: [{ name: "a", id: 1, tags: { b: "b" }, on: true }] },
    { things: [{ name: "a", id: 1, tags: { a: "a", b: "b" }, on: true }] },
  ],
  [
    { things: [{ name: "a", id: 1, tags: { a: "a" } }] },
    { things: [{ name: "a", id: 2, tags: { a: "a" } }] },
    {
      things: [
        { name: "a", id: 1, tags: { a: "a" } },
        { name: "a", id: 2, tags: { a: "a" } },
      ],
    },
  ],
  [
    {
      things: [
        { name: "a", id: 1 },
        { name: "b", id: 1 },
      ],
    },
    {
      things: [
        { name: "a", id: 1 },
        { name: "a", id: 2 },
      ],
    },
    {
      things: [
        { name: "a", id: 1 },
        { name: "b", id: 1 },
        { name: "a", id: 2 },
      ],
    },
  ],
  [
    { things: [{ name: "b", id: 2 }] },
    {
      things: [
        { name: "a", id: 1 },
        { name: "b", id: 2 },
        { name: "c", id: 3 },
      ],
    },
    {
      things: [
        { name: "a", id: 1 },
        { name: "b", id: 2 },
        { name: "c", id: 3 },
      ],
    },
  ],
  [
    {
      things: [
        { name: "a", id: 1 },
        { name: "b", id: 2 },
        { name: "c", id: 3 },
      ],
    },
    {
      things: [
        { name: "c", id: 3 },
        { name: "b", id: 2 },
      ],
    },
    {
      things: [
        { name: "a", id: 1 },
        { name: "c", id: 3 },
        { name: "b", id: 2 },
      ],
    },
  ],
  [
    {
      things: [
        { name: "a", id: 1 },
        { name: "b", id: 2 },
        { name: "c", id: 3 },
      ],
    },
    {
      things: [
        { name: "c", id: 3 },
        { name: "a", id: 1 },
      ],
    },
    {
      things: [
        { name: "b", id: 2 },
        { name: "c", id: 3 },
        { name: "a", id: 1 },
      ],
    },
  ],
  [{ texts: ["a", "a", "a"] }, { texts: null }, { texts: null }],
  [{ texts: ["a", "b", "c"] }, { texts: [] }, { texts: [] }],
  [{ texts: ["a", "a", "a"] }, { texts: ["a", "a"] }, { texts: ["a", "a"] }],
  [
    {
      things: [
        { name: "a", id: 1, on: true },
        { name: "b", id: 2 },
        { name: "a", id: 1, on: false, size: 2 },
      ],
    },
    {
      things: [
        { name: "a", id: 1, size: 3 },
        { name: "c", id: 3 },
        { name: "b", id: 2 },
      ],
    },
    {
      things: [
        { name: "a", id: 1, size: 3 },
        { name: "c", id: 3 },
        { name: "b", id: 2 },
      ],
    },
  ],
  [
    {
      things: [
        { name: "a", id: 1, size: 1 },
        { name: "a", id: 1, size: 2 },
      ],
    },
    { things: [] },
    {
      things: [
        { name: "a", id: 1, size: 1 },
        { name: "a", id: 1, size: 2 },
      ],
    },
  ],
  [
    {
      things: [
        { name: "a", id: 1, size: 1 },
        { name: "a", id: 1, size: 2 },
      ],
    },
    {},
    {
      things: [
        { name: "a", id: 1, size: 1 },
        { name: "a", id: 1, size: 2 },
      ],
    },
  ],
];

/** Where nothing is declared, maps are merged member by member, and lists are wholes. */
export const undeclared: readonly Merge[] = [
  [
    { a: "x", b: {} },
    { a: "x", b: 1 },
    { a: "x", b: 1 },
  ],
  [
    { a: "x", b: 1 },
    { a: "x", b: {} },
    { a: "x", b: {} },
  ],
  [
    { a: "x", b: null },
    { a: "x", b: {} },
    { a: "x", b: {} },
  ],
  [{ a: "x" }, { b: true }, { a: "x", b: true }],
  [{}, { a: {} }, { a: {} }],
  [{}, { a: null }, { a: null }],
  [{ a: null }, { a: {} }, { a: {} }],
  [{ a: {} }, { a: null }, { a: null }],
  [{ a: {} }, { a: {} }, { a: {} }],
  [{}, { a: [] }, { a: [] }],
  [{ a: null }, { a: [] }, { a: [] }],
  [{ a: [] }, { a: null }, { a: null }],
  [{ a: [] }, { a: [] }, { a: [] }],
  [{ a: 1 }, { a: 2.75 }, { a: 2.75 }],
  [{ a: 2.75 }, { a: 1 }, { a: 1 }],
  [{ a: "x" }, { b: true }, { a: "x", b: true }],
  [{ a: ["x", "y", "z"] }, { a: ["x", "y"] }, { a: ["x", "y"] }],
  [{ a: ["x", "y"] }, { a: ["x", "y", "z"] }, { a: ["x", "y", "z"] }],
  [{ a: ["x", "y", "z"] }, { a: [] }, { a: [] }],
  [{ a: [] }, { a: ["x", "y", "z"] }, { a: ["x", "y", "z"] }],
  [{ "": [true] }, { a: [false] }, { "": [true], a: [false] }],
  [{ a: [1, 2, 2.75] }, { a: [1, 2, 3] }, { a: [1, 2, 3] }],
  [
    { a: [{ name: "x", id: 1, b: { c: "d" } }] },
    { a: [{ name: "x", id: 1, b: { c: "d" } }] },
    { a: [{ name: "x", id: 1, b: { c: "d" } }] },
  ],
  [
    { a: [{ name: "x", id: 1, b: { c: "d" } }] },
    { a: [{ name: "x", id: 2, b: { c: "d" } }] },
    { a: [{ name: "x", id: 2, b: { c: "d" } }] },
  ],
  [
    {
      a: [
        { name: "x", id: 1 },
        { name: "y", id: 1 },
      ],
    },
    {
      a: [
        { name: "x", id: 1 },
        { name: "x", id: 2 },
      ],
    },
    {
      a: [
        { name: "x", id: 1 },
        { name: "x", id: 2 },
      ],
    },
  ],
  [{ a: ["x", "x", "x"] }, { a: null }, { a: null }],
  [{ a: ["x", "x", "x"] }, { a: ["x", "x"] }, { a: ["x", "x"] }],
  [
    { a: 1, b: [null], c: { id: 2, d: ["x"] } },
    { a: 2, b: ["x"], c: { name: "y" } },
    { a: 2, b: ["x"], c: { id: 2, d: ["x"], name: "y" } },
  ],
];
