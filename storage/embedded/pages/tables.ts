import { readSync } from "node:fs";
import { type Meta, TREE_BYTES } from "./meta.ts";
import { Damage, LEAF, type Node, nodesOf, SUB_TREE, transactionOf } from "./page.ts";

/** Looks at the one page that LMDB reads when it opens the tables: the table of tables, which every transaction writes. */
export function checkMainRoot(
  file: number,
  [{ main, pageBytes, lastPage, transaction }, older]: readonly [Meta, Meta],
): string | undefined {
  if (main.root === -1) return undefined;
  try {
    const page = Buffer.alloc(pageBytes);
    if (main.root > lastPage || readSync(file, page, 0, pageBytes, main.root * pageBytes) < pageBytes) throw new Damage("is missing");
    if (main.depth !== 1) throw new Damage("is no leaf");
    for (const node of nodesOf(page, main.root, LEAF, transaction)) nameOf(page, node);
    // a copy says 1 in all pages
    const isCopied = older.transaction === 0 && transactionOf(page) === 1;
    if (transactionOf(page) !== transaction && !isCopied) throw new Damage("is of another transaction");
    return undefined;
  } catch (error) {
    if (!(error instanceof Damage)) throw error;
    return `page ${main.root} (main) ${error.message}`;
  }
}

/**
 * What an entry of the table of tables is the entry of.
 * @throws Damage if it is none that a store has: LMDB would make the missing one anew, empty
 */
export function nameOf(page: Buffer, { key, data, flags, size }: Node): string {
  const name = page.toString("latin1", key, data);
  const isTable = name === "keys\0" || name === "records\0";
  if (isTable ? flags !== SUB_TREE || size !== TREE_BYTES : name !== "state" || flags !== 0) throw new Damage("has an unknown entry");
  return isTable ? name.slice(0, -1) : name;
}
