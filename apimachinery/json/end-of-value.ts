const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/**
 * Where an object or list ends that begins at `start`: behind its last bracket. Nothing is parsed and nothing allocated.
 *
 *     endOfValue('{"a":{"b":"}"},"c":1}', 5)  -> 14, behind {"b":"}"}
 *
 * @param json well-formed JSON in UTF-8
 */
export function endOfValue(json: Uint8Array, start: number): number {
  let depth = 0;
  let at = start;
  for (; at < json.length; at++) {
    const byte = json[at] as number;
    if (byte === QUOTE) {
      at++;
      while (json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --depth === 0) return at + 1;
  }
  return at;
}
