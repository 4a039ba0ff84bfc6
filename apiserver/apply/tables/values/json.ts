/** Texts that are no JSON, whatever reads them. */
export const malformed: readonly [shows: string, texts: readonly string[]][] = [
  ["nothing", ["", " ", "     ", "\t", "\n", "\r", " \t\n\r "]],
  ["a name that is no text", ['{1:"x"}', '{true:"x"}', '{null:"x"}', '{[]:"x"}', '{{}:"x"}']],
  ["a comma too many", ['{"a":1,}', "[1,2,]", '{,"a":1}', '{"a":1,,"b":2}', "[,]"]],
  ["something missing between", ['{"a":1 "b":2}', '{"a":}', '{"a" 1}', '{"a"}', '{"a"::1}', "{:1}"]],
  ["the wrong end", ['{"a":1]', "[1,2}", '{"a":{]}', '{"a":[}']],
  ["an end without a beginning", ["}", "]", ",", ":"]],
  ["another language", ["{'a':1}", "{a:1}", '{// c\n"a":1}', '{/*c*/"a":1}', '"\\x41"', '"\\q"', "Infinity", "NaN", "+1"]],
  ["no number", ["1.", ".5", "1e", "-", ".", "1e+", "-1.", "01", "1.e1"]],
  ["a word cut off", ["tru", "fals", "nul"]],
  ["a text cut off", ['"abc', '"abc\\', '"\\u00']],
  ["a list cut off", ["[", "[1", "[1,", "[1, ", "[[", "[[1"]],
  [
    "an object cut off",
    ["{", '{"', '{"a', '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":{', '{"a":{"b"', '{"a":{"b":{},', '{"a\\', '{"\\u00'],
  ],
  ["an end too many", ['{"a":{}}}', "1}", "1]", '{"a":{}}  }']],
  [
    "two values",
    ["{}{}", "{} {}", '{"a":1}"x"', "1 2", "1\t2", "1\n2", "1 {}", "{} 1", "[][]", "null null", "true false", '"a" "b"', "{}\n42"],
  ],
  ["more after a value", ["1,", "1:"]],
];

/** A text, and the shortest that says the same. */
export const read: readonly [text: string, canonical: string][] = [
  ["null", "null"],
  ["true", "true"],
  ["false", "false"],
  ["42", "42"],
  ['"x"', '"x"'],
  ['""', '""'],
  ["{}", "{}"],
  ["[]", "[]"],
  ["  42", "42"],
  ["\ttrue", "true"],
  ['\n"x"', '"x"'],
  [' \t\n{"a":1}', '{"a":1}'],
  [" \t\n[1,2]", "[1,2]"],
  [" \t\nnull", "null"],
  ["42  ", "42"],
  ["false\t", "false"],
  ['"x"\n', '"x"'],
  ['{"a":1} \t\n', '{"a":1}'],
  ["[1,2] \t\n\r", "[1,2]"],
  [' \t\n { "a" : 1 } \t\n', '{"a":1}'],
  [" null ", "null"],
  [" true ", "true"],
  ['{"größe":1}', '{"größe":1}'],
  ['{"Привет":1}', '{"Привет":1}'],
  ['{"こんにちは":1}', '{"こんにちは":1}'],
  ['{"🚀🔑":1}', '{"🚀🔑":1}'],
  ['{"\\u0041":1}', '{"A":1}'],
  ['{"\\u00c5":1}', '{"Å":1}'],
  ['{"\\uD83D\\uDE80":1}', '{"🚀":1}'],
];

/** Bytes that are no UTF-8 become U+FFFD, one for each. */
export const mended: readonly [bytes: readonly number[], read: string][] = [
  [[0x22, 0xff, 0xfe, 0x22], '"\ufffd\ufffd"'],
  [[0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d], '{"\ufffd\ufffd":1}'],
];
