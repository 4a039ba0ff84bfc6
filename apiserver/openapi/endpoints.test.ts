import { describe, expect, test } from "vitest";
import { kinds } from "../../apis/kinds.ts";
import type { ApiRequest, ApiResponse } from "../request.ts";
import { openapiEndpoint } from "./endpoints.ts";

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const ask = openapiEndpoint(
  () => kinds,
  () => NOW,
);
const get = (path: string, headers: Record<string, string> = {}, method = "GET"): Promise<ApiResponse> => {
  const [address = "", query = ""] = path.split("?");
  return ask({ method, path: address, query, headers } as unknown as ApiRequest, address.slice(1));
};
const size = ({ body }: ApiResponse) => (body as Uint8Array).length;
const NETWORKING = "/openapi/v3/apis/networking.datumapis.com/v1alpha";
const current = async () => (await get(NETWORKING)).headers.etag?.toString().replaceAll('"', "") ?? "";

describe("what the client accepts", () => {
  test.each([
    [undefined, "application/json"],
    ["*/*", "application/json"],
    [
      "application/json;q=0.5, application/com.github.proto-openapi.spec.v2@v1.0+protobuf",
      "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
    ],
    ["application/com.github.proto-openapi.spec.v2.v1.0+protobuf", "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"],
    ["text/html, application/*", "application/json"],
  ])("%s gets %s", async (accept, type) => {
    const answer = await get("/openapi/v2", accept === undefined ? {} : { accept });
    expect(answer).toMatchObject({ status: 200, headers: { "content-type": type, vary: "Accept" } });
    expect(answer.headers.etag).toMatch(/^"[0-9A-F]{128}"$/);
    expect(answer.headers["last-modified"]).toBe("Fri, 02 Jan 2026 03:04:05 GMT");
    expect(size(answer)).toBeGreaterThan(1000);
  });

  test("nothing that there is: 406 without a body", async () => {
    for (const path of ["/openapi/v2", NETWORKING, `${NETWORKING}?hash=A`]) {
      const answer = await get(path, { accept: "text/html" });
      expect(answer).toMatchObject({ status: 406, headers: { vary: "Accept" } });
      expect(size(answer)).toBe(0);
      expect(answer.headers).not.toHaveProperty("content-type");
    }
  });
});

describe("what the client has already", () => {
  test("its hash, any hash or a date that is not older: 304", async () => {
    for (const path of ["/openapi/v2", "/openapi/v3", NETWORKING]) {
      const { etag } = (await get(path)).headers;
      const cases: Record<string, string>[] = [
        { "if-none-match": String(etag) },
        { "if-none-match": "*" },
        { "if-modified-since": "Fri, 02 Jan 2026 03:04:05 GMT" },
      ];
      for (const headers of cases) {
        const answer = await get(path, headers);
        expect(answer).toMatchObject({ status: 304, headers: { etag } });
        expect(size(answer)).toBe(0);
        expect(answer.headers).not.toHaveProperty("content-type");
      }
      expect((await get(path, { "if-none-match": '"other"' })).status).toBe(200);
      expect((await get(path, { "if-modified-since": "Fri, 02 Jan 2026 03:04:04 GMT" })).status).toBe(200);
    }
  });
});

describe("the index", () => {
  test("names an address for every document, which holds for ever", async () => {
    const answer = await get("/openapi/v3");
    expect(answer.headers["content-type"]).toBe("text/plain; charset=utf-8");
    const { paths } = JSON.parse(Buffer.from(answer.body as Uint8Array).toString());
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(["api", "api/v1", "apis", "apis/networking.datumapis.com/v1alpha", "version"]),
    );
    for (const { serverRelativeURL } of Object.values<{ serverRelativeURL: string }>(paths)) {
      expect(await get(serverRelativeURL)).toMatchObject({
        status: 200,
        headers: { "cache-control": "public, immutable", expires: "Sat, 02 Jan 2027 03:04:05 GMT", "content-type": "application/json" },
      });
    }
  });

  test("answers other methods like GET", async () => {
    expect((await get("/openapi/v3", {}, "POST")).status).toBe(200);
  });
});

test("another hash is sent to the address with the right one", async () => {
  const answer = await get(`${NETWORKING}?hash=ABC`);
  expect(answer).toMatchObject({
    status: 301,
    headers: { location: `${NETWORKING}?hash=${await current()}`, "content-type": "application/json" },
  });
  expect(size(answer)).toBe(0);
});

test("a document that is not there is a 404 without a body", async () => {
  for (const path of ["/openapi/v3/apis/example.org/v1", "/openapi/v3/v2", "/openapi/v2/x", "/openapi/v3x"]) {
    const answer = await get(path);
    expect(answer.status, path).toBe(404);
    expect(size(answer)).toBe(0);
  }
});
