import { stringify } from "../../apimachinery/json/stringify.ts";
import { encodeMessage, encodeNamed, fieldHead, type Kind, type Message } from "./gnostic/message.ts";
import * as gnosticV2 from "./gnostic/v2.ts";
import * as gnosticV3 from "./gnostic/v3.ts";
import { forEachPiece, type Piece } from "./pieces.ts";
import type { Part } from "./schemas.ts";

/** A document before it is written: a few members of its own, and its pieces. */
export interface Draft {
  readonly openapi: "2.0" | "3.0.0";
  readonly title: string;
  readonly version: string;
  /** Documents of built-in kinds say how clients authenticate. */
  readonly security: boolean;
  readonly pieces: () => Iterable<Piece>;
}

type Section = Piece["section"];

const TOKEN = {
  BearerToken: { type: "apiKey", description: "A bearer token.", name: "authorization", in: "header" },
};
const SECURITY = [{ BearerToken: [] }];

/** Writes a draft as JSON. Entries are sorted, so that one draft is always the same bytes. */
export async function writeJson(draft: Draft): Promise<Buffer<ArrayBuffer>> {
  const entries = await collect(draft, (piece) => Buffer.from(`${JSON.stringify(piece.name)}:${stringify(piece.value)}`));
  const section = (name: Section): Uint8Array[] => [
    Buffer.from("{"),
    ...entries[name].flatMap(([, bytes], index) => (index === 0 ? [bytes] : [COMMA, bytes])),
    Buffer.from("}"),
  ];
  const { title, version, security } = draft;
  const info = JSON.stringify({ title, version });
  if (draft.openapi === "2.0") {
    const ends = security ? `,"securityDefinitions":${JSON.stringify(TOKEN)},"security":${JSON.stringify(SECURITY)}}` : "}";
    return Buffer.concat([
      Buffer.from(`{"swagger":"2.0","info":${info},"paths":`),
      ...section("paths"),
      Buffer.from(',"definitions":'),
      ...section("definitions"),
      Buffer.from(',"parameters":'),
      ...section("parameters"),
      Buffer.from(ends),
    ]);
  }
  return Buffer.concat([
    Buffer.from(`{"openapi":"3.0.0","info":${info},"paths":`),
    ...section("paths"),
    Buffer.from(',"components":{"schemas":'),
    ...section("definitions"),
    Buffer.from(security ? `,"securitySchemes":${JSON.stringify(TOKEN)}}}` : "}}"),
  ]);
}

const COMMA = Buffer.from(",");

/** Writes a draft as gnostic's message `openapi.v2.Document` or `openapi.v3.Document`. */
export const writeProtobuf = (draft: Draft): Promise<Buffer<ArrayBuffer>> =>
  draft.openapi === "2.0" ? writeGnosticV2(draft) : writeGnosticV3(draft);

async function writeGnosticV2(draft: Draft): Promise<Buffer<ArrayBuffer>> {
  const { SECTIONS, DOCUMENT } = gnosticV2;
  const entries = await collect(draft, ({ section, name, value }) => entryOf(SECTIONS[section], name, value));
  const section = (name: Section) => wrap(SECTIONS[name].field, bytesOf(entries[name]));
  const { title, version } = draft;
  const security = draft.security ? { security: SECURITY, securityDefinitions: TOKEN } : {};
  const head = encodeMessage(DOCUMENT, { swagger: "2.0", info: { title, version }, ...security });
  return Buffer.concat([head, ...section("paths"), ...section("definitions"), ...section("parameters")]);
}

async function writeGnosticV3(draft: Draft): Promise<Buffer<ArrayBuffer>> {
  const { PATHS, SCHEMAS_OF_COMPONENTS, DOCUMENT, COMPONENTS } = gnosticV3;
  const shapes = { paths: PATHS, definitions: SCHEMAS_OF_COMPONENTS, parameters: SCHEMAS_OF_COMPONENTS };
  const entries = await collect(draft, ({ section, name, value }) => entryOf(shapes[section], name, value));
  const { title, version } = draft;
  const schemas = wrap(SCHEMAS_OF_COMPONENTS.field, bytesOf(entries.definitions));
  const schemes = draft.security ? encodeMessage(COMPONENTS, { securitySchemes: TOKEN }) : new Uint8Array();
  return Buffer.concat([
    encodeMessage(DOCUMENT, { openapi: "3.0.0", info: { title, version } }),
    ...wrap(PATHS.field, bytesOf(entries.paths)),
    ...wrap(SCHEMAS_OF_COMPONENTS.components, [...schemas, schemes]),
  ]);
}

const entryOf = ({ entry, kind }: { readonly entry: number; readonly kind: Kind | Message }, name: string, value: Part): Uint8Array =>
  encodeNamed(entry, name, kind, value);

const bytesOf = (entries: readonly Entry[]): Uint8Array[] => entries.map(([, bytes]) => bytes);

function wrap(field: number, content: readonly Uint8Array[]): Uint8Array[] {
  const length = content.reduce((sum, bytes) => sum + bytes.length, 0);
  return [fieldHead(field, length), ...content];
}

type Entry = readonly [name: string, bytes: Uint8Array];

async function collect(draft: Draft, write: (piece: Piece) => Uint8Array): Promise<Record<Section, Entry[]>> {
  const entries: Record<Section, Entry[]> = { paths: [], definitions: [], parameters: [] };
  await forEachPiece(draft.pieces(), (piece) => void entries[piece.section].push([piece.name, write(piece)]));
  for (const section of Object.values(entries)) section.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return entries;
}
