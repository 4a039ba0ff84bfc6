import { stringify } from "../../apimachinery/json/stringify.ts";
import type { Slice } from "../../storage/cache/dispatcher.ts";
import { encodeCborItem, encodeCborList } from "../encodings/cbor/encode.ts";
import { ProtobufListWriter } from "../encodings/protobuf/list-writer.ts";
import { encodeResponse, messageWriter } from "../encodings/response.ts";
import type { MediaType } from "../negotiation/negotiate.ts";
import type { ObjectRecord } from "../registry/object-record.ts";
import type { Resource } from "../registry/resource.ts";
import { type Body, PIECE_BYTES } from "../request.ts";
import type { ListTransform } from "../tables/transform.ts";

/**
 * The bytes of a list whose objects have to be parsed: in another encoding than they are stored in, or in another shape. JSON is made as it
 * is sent. The event loop has its turn in between, whatever the length.
 *
 * @throws StatusError NotAcceptable for what there is no protobuf of
 */
export async function shownList(
  resource: Resource,
  byName: readonly ObjectRecord[],
  shown: ListTransform,
  mediaType: MediaType,
  pretty: boolean,
  slice: Slice,
): Promise<Body> {
  const { empty, member, order } = shown;
  const records = order === undefined ? byName : byName.toSorted((a, b) => order(resource.object(a), resource.object(b)));
  if (mediaType === "application/vnd.kubernetes.protobuf") {
    const write = messageWriter(empty.kind, resource.kind);
    const list = new ProtobufListWriter(empty, empty.metadata);
    for await (const object of inTurns(resource, records, slice)) list.add(write(object));
    return list.finish();
  }
  if (records.length === 0) return encodeResponse(empty, mediaType, pretty);
  if (mediaType === "application/json" && !pretty) return { pieces: jsonPieces(resource, records, shown, slice) };
  if (mediaType === "application/cbor") {
    const items: Buffer[] = [];
    const kind = empty.kind === resource.kind.listKind ? resource.kind : undefined;
    for await (const object of inTurns(resource, records, slice)) items.push(encodeCborItem(shown.item(object), kind));
    return encodeCborList({ ...empty, [member]: [] }, items);
  }
  const items: object[] = [];
  for await (const object of inTurns(resource, records, slice)) items.push(shown.item(object));
  return encodeResponse({ ...empty, [member]: items }, mediaType, pretty);
}

/** The list as JSON, in pieces. */
export async function* jsonPieces(
  resource: Resource,
  records: readonly ObjectRecord[],
  { empty, member, item }: ListTransform,
  slice: Slice,
) {
  const frame = stringify({ ...empty, [member]: [] });
  let text = frame.slice(0, -END.length);
  let separator = "";
  for await (const object of inTurns(resource, records, slice)) {
    text += separator + stringify(item(object));
    separator = ",";
    if (text.length < PIECE_BYTES) continue;
    yield Buffer.from(text);
    text = "";
  }
  yield Buffer.from(`${text}${END}\n`);
}

/** How a list ends whose last member are its items. */
const END = "]}";

/** The objects of records, parsed in slices of the event loop's time. */
async function* inTurns(resource: Resource, records: readonly ObjectRecord[], slice: Slice) {
  slice.restart();
  for (const record of records) {
    yield resource.object(record);
    if (slice.spent()) await slice.next();
  }
}
