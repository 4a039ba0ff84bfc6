/** Quotes as Go's package time does in its errors: like `%q`, with every byte outside ASCII, and every control, as `\xNN`. */
export function quoteBytes(text: string): string {
  return `"${text.replace(/["\\]|[^ -\x7f]/gu, (character) => (character === '"' || character === "\\" ? `\\${character}` : bytesOf(character)))}"`;
}

function bytesOf(character: string): string {
  let out = "";
  for (const byte of Buffer.from(character)) out += `\\x${byte.toString(16).padStart(2, "0")}`;
  return out;
}
