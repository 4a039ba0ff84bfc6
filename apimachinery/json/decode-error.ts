/** A document that cannot be decoded. The text is what Go's encoding/json says, for clients see it. */
export class DecodeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "DecodeError";
  }
}

/** The document is no JSON. Go finds that out before it looks at any value, so this comes before every {@link JsonTypeError}. */
export class JsonSyntaxError extends DecodeError {
  constructor(message: string) {
    super(message);
    this.name = "JsonSyntaxError";
  }
}

/** A value does not fit its place: `json: cannot unmarshal number into Go struct field ConfigMap.data of type string`. */
export class JsonTypeError extends DecodeError {
  constructor(message: string) {
    super(message);
    this.name = "JsonTypeError";
  }
}
