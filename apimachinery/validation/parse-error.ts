/** A text that does not parse. The message is Go's or Kubernetes' own, for the caller to put into a Status or a field error. */
export class ParseError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ParseError";
  }
}
