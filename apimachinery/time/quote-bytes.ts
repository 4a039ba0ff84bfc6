/** Quotes as Go's package time does in its errors: like `%q`, with every byte outside ASCII, and every control, as `\xNN`. */
export function quoteBytes(text: string): string {
  let out = '"';
  for (const character of text) {
    if (character === '"' || character === "\\") out += `\\${character}`;
    else if (character >= " " && character < "\u0080") out += character;
    else for (const byte of Buffer.from(character)) out += `\\x${byte.toString(16).padStart(2, "0")}`;
  }
  return `${out}"`;
}
