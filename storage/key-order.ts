/**
 * Engines sort keys by their UTF-8 bytes, JavaScript sorts strings by their UTF-16 units. The two differ in one place: a character beyond
 * U+FFFF is written in units D800..DFFF, which come before E000..FFFF, but its bytes come after. `sortable` exchanges the two ranges, so
 * that `<` on what it returns is the order of the bytes. Keys are plain ASCII nearly always and come back as they are.
 *
 *   "\u{1F600}" = D83D DE00  ->  F83D FE00
 *   "\uFFFD"    = FFFD       ->  F7FD
 *
 * Units map one to one, so what is a prefix stays a prefix.
 */
export function sortable(key: string): string {
  return HIGH.test(key) ? key.replace(ALL_HIGH, exchange) : key;
}

const HIGH = /[\ud800-\uffff]/;
const ALL_HIGH = /[\ud800-\uffff]/g;

function exchange(unit: string): string {
  const code = unit.charCodeAt(0);
  return String.fromCharCode(code < 0xe000 ? code + 0x2000 : code - 0x800);
}

/** For sorting; both from {@link sortable}. */
export const compareSortable = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The least string above everything that starts with `prefix` (which came from {@link sortable}); undefined if there is none. */
export function endOfPrefix(prefix: string): string | undefined {
  for (let length = prefix.length; length > 0; length--) {
    const last = prefix.charCodeAt(length - 1);
    if (last < 0xffff) return prefix.slice(0, length - 1) + String.fromCharCode(last + 1);
  }
  return undefined;
}
