/** JSON of `fieldsV1` that a client sends, and what this server writes for it. */
export const read: readonly [shows: string, sent: string, written: string][] = [
  [
    "one step of each sort",
    '{"f:a":{},"f:b":{},"k:{\\"name\\":\\"x\\"}":{},"k:{\\"port\\":53,\\"protocol\\":\\"UDP\\"}":{},"v:1":{},"v:\\"x\\"":{},"v:true":{},"i:1":{}}',
    '{"f:a":{},"f:b":{},"k:{\\"name\\":\\"x\\"}":{},"k:{\\"port\\":53,\\"protocol\\":\\"UDP\\"}":{},"v:1":{},"v:\\"x\\"":{},"v:true":{},"i:1":{}}',
  ],
  [
    "any step below any other",
    '{"f:a":{"k:{\\"name\\":\\"x\\"}":{"v:3":{"f:b":{}}},"v:3":{}},"k:{\\"name\\":\\"x\\"}":{"f:a":{"i:1":{}}},"v:1":{"f:a":{},"v:2":{}},"i:1":{"i:2":{"v:true":{}}}}',
    '{"f:a":{"k:{\\"name\\":\\"x\\"}":{"v:3":{"f:b":{}}},"v:3":{}},"k:{\\"name\\":\\"x\\"}":{"f:a":{"i:1":{}}},"v:1":{"f:a":{},"v:2":{}},"i:1":{"i:2":{"v:true":{}}}}',
  ],
  [
    "dots, and names beyond ASCII",
    '{"f:spec":{".":{},"f:apps":{".":{},"k:{\\"name\\":\\" web-🚀\\"}":{".":{},"f:name":{},"f:ports":{".":{},"k:{\\"name\\":\\"🔑 \\"}":{".":{},"f:port":{}}}}}}}',
    '{"f:spec":{".":{},"f:apps":{".":{},"k:{\\"name\\":\\" web-🚀\\"}":{".":{},"f:name":{},"f:ports":{".":{},"k:{\\"name\\":\\"🔑 \\"}":{".":{},"f:port":{}}}}}}}',
  ],
  [
    "another order",
    '{"i:1":{},"v:2":{},"v: 1":{},"k:{ \\"b\\":1,\\"a\\":1}":{},"f:b":{},"f:a":{}}',
    '{"f:a":{},"f:b":{},"k:{\\"a\\":1,\\"b\\":1}":{},"v:1":{},"v:2":{},"i:1":{}}',
  ],
  [
    "another order further down",
    '{"f:b":{"f:d":{},"f:c":{"v:2":{},"v:1":{}}},"f:a":{"i:3":{},"i:2":{"f:z":{},"f:y":{}},".":{}}}',
    '{"f:a":{".":{},"i:2":{"f:y":{},"f:z":{}},"i:3":{}},"f:b":{"f:c":{"v:1":{},"v:2":{}},"f:d":{}}}',
  ],
  ["space anywhere", ' \t\n\r {\n\t"f:a" : { "f:b" :   {} }  ,\n"f:c":{}} \t\n\r ', '{"f:a":{"f:b":{}},"f:c":{}}'],
  ["an empty set", "  {}  ", "{}"],
  ["null for a set", " null ", "{}"],
  ["null for a field", '{"f:a":null}', '{"f:a":{}}'],
  ["a dot in a field without others", '{"f:a":{".":{}}}', '{"f:a":{}}'],
  ["what is in a dot does not count", '{"f:a":{".":{"f:b":{}},"f:c":{}}}', '{"f:a":{".":{},"f:c":{}}}'],
  ["a dot at the root says nothing", '{".":{},"f:a":{}}', '{"f:a":{}}'],
  ["steps of an unknown form are dropped", '{"f:a":{},"r:b":{}}', '{"f:a":{}}'],
  ["with all that is in them", '{"f:a":{"r:b":{"f:c":{}}},"r:d":{"nonsense":{}}}', '{"f:a":{}}'],
];

/** JSON, but no tree of fields. */
export const malformed: readonly [shows: string, sent: string][] = [
  ["a list", "[]"],
  ["a number", "42"],
  ["a text", '"f:a"'],
  ["a number in a field", '{"f:a":1}'],
  ["a list in a field", '{"f:a":[]}'],
  ["a list further down", '{"f:a":{"f:b":{"f:c":[]}}}'],
  ["no step at all", '{"":{}}'],
  ["no sort of step", '{"a":{}}'],
  ["a colon alone", '{":":{}}'],
  ["a step that does not read", '{"f:a":{"v:x":{}}}'],
];
