import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Which rooms a room's files may import from, besides their own (docs/architecture.md). */
const MAY_IMPORT: Record<string, readonly string[]> = {
  apimachinery: [],
  apis: ["apimachinery"],
  storage: ["apimachinery"],
  client: ["apimachinery"],
  openapi: ["apimachinery", "apis"],
  admission: ["apimachinery", "apis", "openapi", "client"],
  apiserver: ["apimachinery", "apis", "openapi", "storage", "admission", "client"],
  controllers: ["apimachinery", "apis", "client"],
  cmd: ["apimachinery", "apis", "storage", "client", "openapi", "admission", "apiserver", "controllers"],
};

function sources(folder: string): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) return sources(name);
    return /\.ts$/.test(entry.name) && !/\.test\.ts$/.test(entry.name) ? [name] : [];
  });
}

function imports(file: string): string[] {
  const text = readFileSync(path.join(root, file), "utf8");
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map((match) =>
    path.normalize(path.join(path.dirname(file), match[1]!)),
  );
}

function mayImport(room: string, target: string): boolean {
  const [from = ""] = target.split(path.sep);
  // the program tells its own version
  if (room === "cmd" && target === "package.json") return true;
  return from === room || MAY_IMPORT[room]!.includes(from);
}

describe("the rooms", () => {
  const rooms = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && MAY_IMPORT[entry.name] !== undefined)
    .map((entry) => entry.name);

  it.each(rooms)("%s imports only what the architecture allows", (room) => {
    const wrong = sources(room).flatMap((file) =>
      imports(file)
        .filter((target) => !mayImport(room, target))
        .map((target) => `${file} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it("every folder with program code is a room of the architecture page", () => {
    const known = new Set([...Object.keys(MAY_IMPORT), "hack", "test", "docs", "examples", "node_modules", "dist"]);
    const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
    expect(folders.map((entry) => entry.name).filter((name) => !known.has(name))).toEqual([]);
  });
});
