import { describe, expect, it } from "vitest";
import { StatusError } from "../../apimachinery/status/status.ts";
import { ENCODINGS, ENCODINGS_WITH_CBOR, negotiate, type Offer } from "./negotiate.ts";

const OFFERS = ENCODINGS.offers;

const chosen = (accept: string | undefined, offer: Offer) => {
  try {
    const { mediaType, transform, transformVersion } = negotiate(accept, offer);
    return [mediaType, transform, transformVersion].filter(Boolean).join(" ");
  } catch (error) {
    if (error instanceof StatusError) return `${error.code} ${error.message.split("\n")[0]}`;
    throw error;
  }
};

const TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";

describe("content negotiation", () => {
  it("takes the clauses of the same quality as they come, full types before wildcards", () => {
    const { builtinCollection, customObject } = OFFERS;
    expect(chosen(`application/json,${TABLE}`, builtinCollection)).toBe("application/json");
    expect(chosen("application/*,application/yaml", customObject)).toBe("application/yaml");
    // as Go sorts where both come before the other
    expect(chosen("*/*,application/yaml;q=0.5", builtinCollection)).toBe("application/yaml");
    expect(chosen("application/yaml;q=0.5,*/*", builtinCollection)).toBe("application/json");
    expect(chosen("application/yaml;q=x,application/json;q=0.1", builtinCollection)).toBe("application/json");
  });

  it("passes over what is no clause, and parameters with another spelling", () => {
    const refused = /^406 only/;
    for (const accept of ["Application/JSON", "application/json/x", "json", "application/"]) {
      expect(chosen(accept, OFFERS.customObject)).toMatch(refused);
    }
    expect(chosen("application/json;AS=Table;v=v1;g=meta.k8s.io", OFFERS.customObject)).toMatch(refused);
    expect(chosen('application/json;as="Table";v=v1;g=meta.k8s.io', OFFERS.customObject)).toMatch(refused);
    expect(chosen("application/json;Q=0.1;sv=v1,application/yaml", OFFERS.customObject)).toBe("application/json");
    expect(chosen("application/json;sv=v2", OFFERS.customObject)).toMatch(refused);
  });

  it("gives JSON to who accepts anything or says nothing", () => {
    for (const accept of [undefined, "", "*/*", "text/html,*/*;q=0.8"])
      expect(chosen(accept, OFFERS.builtinObject)).toBe("application/json");
  });

  it("follows quality, and does not exclude by q=0", () => {
    expect(chosen("application/yaml;q=0.2,application/json;q=0.3", OFFERS.builtinObject)).toBe("application/json");
    expect(chosen("application/json;q=0.5,application/yaml;q=0.9", OFFERS.builtinObject)).toBe("application/yaml");
    expect(chosen("application/json;q=0", OFFERS.builtinObject)).toBe("application/json");
  });

  it("refuses on built-in routes what names none of their types letter by letter", () => {
    for (const accept of ["text/html", "APPLICATION/JSON", "application/*", "application/cbor", "json"]) {
      expect(chosen(accept, OFFERS.builtinObject)).toBe("406 406: Not Acceptable");
    }
    expect(chosen("application/*", OFFERS.customObject)).toBe("application/json");
  });

  it("takes kubectl's list of tables, and falls back to plain JSON where tables are not to be had", () => {
    const accept = `${TABLE},application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json`;
    expect(chosen(accept, OFFERS.builtinCollection)).toBe("application/json Table v1");
    expect(chosen(accept, OFFERS.versions)).toBe("application/json");
  });

  it("refuses transforms in versions and encodings that there are not", () => {
    const only = "406 only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf";
    expect(chosen("application/json;as=Table;g=meta.k8s.io;v=v2", OFFERS.builtinObject)).toBe(only);
    expect(chosen("application/json;as=Table;v=v1", OFFERS.builtinObject)).toBe(only);
    expect(chosen("application/json;g=meta.k8s.io;v=v1", OFFERS.builtinObject)).toBe(only);
    expect(chosen("application/vnd.kubernetes.protobuf;as=Table;g=meta.k8s.io;v=v1", OFFERS.builtinObject)).toBe(only);
  });

  it("gives custom kinds in protobuf as metadata alone", () => {
    const protobuf = "application/vnd.kubernetes.protobuf";
    const metadata = `${protobuf};as=PartialObjectMetadata;g=meta.k8s.io;v=v1`;
    expect(chosen(metadata, OFFERS.customObject)).toBe(`${protobuf} PartialObjectMetadata v1`);
    expect(chosen(metadata, OFFERS.customWatch)).toBe(`${protobuf} PartialObjectMetadata v1`);
    expect(chosen(`${protobuf},application/json`, OFFERS.customObject)).toBe("application/json");
    expect(chosen(`${protobuf};stream=watch`, OFFERS.customWatch)).toMatch(/^406 only/);
    expect(chosen(protobuf, OFFERS.customObject)).toMatch(/^406 only/);
  });

  it("streams no YAML", () => {
    expect(chosen("application/yaml", OFFERS.builtinWatch)).toBe(
      "406 only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch",
    );
  });

  describe("with CBOR", () => {
    const { offers } = ENCODINGS_WITH_CBOR;
    const cbor = "application/cbor";

    it("has it for objects, lists and watches of every kind, metadata alone and tables included", () => {
      for (const offer of [offers.builtinObject, offers.builtinWatch, offers.customObject, offers.customWatch, offers.groups]) {
        expect(chosen(cbor, offer)).toBe(cbor);
      }
      expect(chosen(`${cbor};as=PartialObjectMetadata;g=meta.k8s.io;v=v1`, offers.customObject)).toBe(`${cbor} PartialObjectMetadata v1`);
      expect(chosen("application/*", offers.customObject)).toBe("application/json");
    });

    it("lists it last, and as a sequence among what streams", () => {
      expect(chosen("text/plain", offers.builtinObject)).toBe("406 406: Not Acceptable");
      expect(() => negotiate("text/plain", offers.builtinObject)).toThrow(
        "Available representations: application/json, application/yaml, application/vnd.kubernetes.protobuf, application/cbor",
      );
      expect(chosen("text/plain", offers.customWatch)).toBe(
        "406 only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch, application/cbor-seq",
      );
    });

    it("has none without the gate", () => {
      expect(chosen(cbor, OFFERS.customObject)).toMatch(/^406 only/);
      expect(chosen(`${cbor},application/json`, OFFERS.builtinObject)).toBe("application/json");
    });
  });
});
