import type { KindDefinition } from "../../apis/kind.ts";
import { typeMeta } from "../../apis/meta/v1/object-meta.ts";
import type { Schema } from "../../apis/schema.ts";
import { coreKinds, metaDefinitions } from "./meta-definitions.ts";
import { DELETE_OPTIONS, definitionOf, gvkOf, LIST_META, listDefinitionOf, META, OBJECT_META, WATCH_EVENT } from "./names.ts";
import { type Dialect, METADATA, type Part, SchemaWriter } from "./schemas.ts";

const GVK = "x-kubernetes-group-version-kind";

/**
 * The definitions of one document. A reference is given out at once and what it refers to is written later, so that nothing is missing
 * and nothing is there that nobody refers to:
 *
 * ```
 * reference(Namespace)   -> {$ref: …Namespace}        waiting: Namespace
 * next()                 -> Namespace, which refers to NamespaceSpec and ObjectMeta
 *                                                     waiting: NamespaceSpec, ObjectMeta
 * ```
 */
export class Definitions {
  readonly #dialect: Dialect;
  readonly #prefix: string;
  readonly #writer: SchemaWriter;
  readonly #kinds = new Map<string, () => Part>();
  readonly #versions: readonly { readonly group: string; readonly version: string }[];
  readonly #given = new Set<string>();
  readonly #waiting: [name: string, write: () => Part][] = [];

  /** `versions` are those in which deletions and watches are possible: the types of their bodies are kinds in each of them. */
  constructor(
    dialect: Dialect,
    kinds: readonly KindDefinition[],
    versions: readonly { readonly group: string; readonly version: string }[],
  ) {
    this.#dialect = dialect;
    this.#prefix = dialect === "v2" ? "#/definitions/" : "#/components/schemas/";
    this.#writer = new SchemaWriter(dialect, { to: (name, schema) => this.reference(name, schema) });
    this.#versions = versions;
    const spoken = kinds.flatMap((kind) => (kind.subresources.token === undefined ? [kind] : [kind, kind.subresources.token]));
    for (const kind of spoken) {
      this.#kinds.set(definitionOf(kind), () => this.#kind(kind));
      this.#kinds.set(listDefinitionOf(kind), () => this.#list(kind));
    }
  }

  /** @throws Error for a name that is nobody's: a mistake in the definition of a kind. */
  reference(name: string, schema?: Schema): Part {
    if (!this.#given.has(name)) {
      this.#given.add(name);
      this.#waiting.push([name, this.#kinds.get(name) ?? this.#named(name, metaDefinitions.get(name) ?? schema)]);
    }
    return { $ref: this.#prefix + name };
  }

  /** The next definition that was referred to; undefined when all are written. */
  next(): [name: string, definition: Part] | undefined {
    const next = this.#waiting.pop();
    return next === undefined ? undefined : [next[0], next[1]()];
  }

  #named(name: string, schema: Schema | undefined): () => Part {
    if (schema === undefined) throw new Error(`OpenAPI: nothing defines ${name}`);
    return () => {
      const part = this.#writer.body(schema);
      const kind = name.slice(name.lastIndexOf(".") + 1);
      const versions = name === DELETE_OPTIONS || name === WATCH_EVENT ? this.#versions : [];
      if (name.startsWith(META) && coreKinds.has(kind)) part[GVK] = [gvkOf({ group: "", version: "v1", kind })];
      else if (versions.length > 0) part[GVK] = versions.map(({ group, version }) => gvkOf({ group, version, kind }));
      return part;
    };
  }

  #kind(kind: KindDefinition): Part {
    const { schema } = kind;
    const gvk = { [GVK]: [gvkOf(kind)] };
    const selectable = Object.keys(kind.selectableFields);
    const fields =
      this.#dialect === "v3" && kind.flavor === "custom" && selectable.length > 0
        ? { "x-kubernetes-selectable-fields": selectable.map((fieldPath) => ({ fieldPath })) }
        : {};
    // kubectl's v2 parser refuses whatever a schema with properties does not list
    if (this.#dialect === "v2" && schema["x-kubernetes-preserve-unknown-fields"]) return { type: "object", ...gvk };
    const part = this.#writer.body(schema);
    part.properties = {
      ...this.#typeAndMetadata(OBJECT_META, METADATA),
      ...(part.properties as Part | undefined),
      ...this.#metadata(kind),
    };
    return { ...part, ...gvk, ...fields };
  }

  /** A custom schema may restrict `metadata`, `apiVersion` and `kind`; the document describes them as of any object. */
  #metadata({ flavor }: KindDefinition): Part {
    return flavor === "custom" ? this.#typeAndMetadata(OBJECT_META, METADATA) : {};
  }

  #list(kind: KindDefinition): Part {
    return {
      description: `A list of objects of kind ${kind.kind}.`,
      type: "object",
      required: ["items"],
      properties: {
        ...this.#typeAndMetadata(LIST_META, { description: "Which state the list shows." }),
        items: { description: "The objects.", type: "array", items: this.reference(definitionOf(kind)) },
      },
      [GVK]: [gvkOf({ ...kind, kind: kind.listKind })],
    };
  }

  #typeAndMetadata(metadata: string, beside: Part): Part {
    return {
      apiVersion: this.#writer.body(typeMeta.apiVersion),
      kind: this.#writer.body(typeMeta.kind),
      metadata: this.#writer.described(this.reference(metadata), beside),
    };
  }
}
