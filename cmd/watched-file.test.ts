import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { eventually } from "../test/tools/eventually.ts";
import { WatchedFile } from "./watched-file.ts";

let folder: string;
let file: string;
let watched: WatchedFile;
let told: string[];
let problems: unknown[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "datum-watched-"));
  file = path.join(folder, "file");
  told = [];
  problems = [];
});
afterEach(async () => {
  watched.close();
  await rm(folder, { recursive: true, force: true });
});

const follow = (text: string) => {
  watched = new WatchedFile(
    file,
    text,
    (next) => told.push(next),
    (error) => problems.push(error),
  );
};
const tells = (...texts: string[]) => eventually(() => expect(told).toEqual(texts));

it("a file is told of when its text has become another one, and not else", async () => {
  await writeFile(file, "a");
  follow("a");
  await writeFile(file, "a");
  await writeFile(path.join(folder, "other"), "x");
  await writeFile(file, "b");
  await tells("b");
  await writeFile(`${file}.new`, "c");
  await rename(`${file}.new`, file);
  await tells("b", "c");
  expect(problems).toEqual([]);
});

it("a file that changed before it was watched is told of", async () => {
  await writeFile(file, "b");
  follow("a");
  await tells("b");
});

it("a file that is gone is a problem until it is back", async () => {
  await writeFile(file, "a");
  follow("a");
  await rm(file);
  await eventually(() => expect(problems[0]).toMatchObject({ code: "ENOENT" }));
  await writeFile(file, "b");
  await tells("b");
});

it("a file is told of that lies behind a link which leads elsewhere now, as in volumes of Kubernetes", async () => {
  for (const name of ["1", "2"]) {
    await mkdir(path.join(folder, name));
    await writeFile(path.join(folder, name, "file"), name);
  }
  await symlink("1", path.join(folder, "..data"));
  await symlink("..data/file", file);
  follow("1");
  await symlink("2", path.join(folder, "..new"));
  await rename(path.join(folder, "..new"), path.join(folder, "..data"));
  await tells("2");
});
