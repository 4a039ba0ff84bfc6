/**
 * The value of a header as text. Node makes a character of each byte; what people write into headers is UTF-8, and Go takes it as it comes:
 * `kubectl --as=jürgen`.
 */
export const headerText = (value: string): string => (BEYOND_ASCII.test(value) ? Buffer.from(value, "latin1").toString() : value);

const BEYOND_ASCII = /[\x80-\xff]/;
