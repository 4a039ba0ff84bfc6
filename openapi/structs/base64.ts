/** Standard base64 with padding; line breaks are not looked at (Go's base64.StdEncoding). */
const PLAIN = /^[A-Za-z0-9+/]*={0,2}$/;

/** The canonical spelling of the bytes that `text` spells, or the place of the first byte that spells none. */
export function canonicalBase64(text: string): string | number {
  if (text.length % 4 === 0 && PLAIN.test(text)) return Buffer.from(text, "base64").toString("base64");
  const wrong = firstWrongByte(text);
  return wrong ?? Buffer.from(text, "base64").toString("base64");
}

/**
 * Where Go's decoder gives up, undefined if it does not. It reads four characters at a time:
 *
 *     "AA"      ends within a group: the place where the group began, 0
 *     "AAAA*"   the place of the character, 4
 *     "AA=A"    one `=` of the two is missing: the place of the other, 2
 *     "AA==A"   something after the end: its place, 4
 */
function firstWrongByte(text: string): number | undefined {
  const bytes = Buffer.from(text);
  let at = 0;
  const skipBreaks = () => {
    while (bytes[at] === 0x0a || bytes[at] === 0x0d) at++;
  };
  for (;;) {
    for (let inGroup = 0; inGroup < 4; ) {
      skipBreaks();
      if (at >= bytes.length) return inGroup === 0 ? undefined : at - inGroup;
      const byte = bytes[at] as number;
      at++;
      if (isAlphabet(byte)) {
        inGroup++;
        continue;
      }
      if (byte !== 0x3d || inGroup < 2) return at - 1;
      if (inGroup === 2) {
        skipBreaks();
        if (at >= bytes.length) return bytes.length;
        if (bytes[at] !== 0x3d) return at - 1;
        at++;
      }
      skipBreaks();
      return at < bytes.length ? at : undefined;
    }
  }
}

const isAlphabet = (byte: number) =>
  (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x2b || byte === 0x2f;
