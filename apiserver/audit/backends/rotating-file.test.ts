import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RotatingFile, type RotatingFileOptions } from "./rotating-file.ts";

let folder: string;
let time: number;
const problems: unknown[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "datum-test-"));
  time = Date.UTC(2024, 4, 6, 7, 8, 9, 123);
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
  expect(problems.splice(0)).toEqual([]);
});

const open = (options: Partial<RotatingFileOptions> = {}) =>
  new RotatingFile({
    file: path.join(folder, "audit.log"),
    maxSize: 10,
    maxAge: 0,
    maxBackups: 0,
    compress: false,
    now: () => time,
    onProblem: (error) => problems.push(error),
    ...options,
  });

const contents = async () => {
  const names = (await readdir(folder)).sort();
  return Object.fromEntries(
    await Promise.all(
      names.map(async (name) => {
        const bytes = await readFile(path.join(folder, name));
        return [name, (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString()];
      }),
    ),
  );
};

describe("a file that rotates", () => {
  it("gives way to a new one before it is too long, under the name that lumberjack gives", async () => {
    const file = open();
    for (const line of ["one\n", "two\n", "three\n"]) file.write(line);
    time += 1;
    file.write("four\n");
    await file.close();
    expect(await contents()).toEqual({
      "audit-2024-05-06T07-08-09.123.log": "one\ntwo\n",
      "audit-2024-05-06T07-08-09.124.log": "three\n",
      "audit.log": "four\n",
    });
  });

  it("overwrites none that was full in the same moment", async () => {
    const file = open();
    for (const line of ["1-------\n", "2-------\n", "3-------\n"]) file.write(line);
    await file.close();
    expect(Object.values(await contents())).toEqual(["1-------\n", "2-------\n", "3-------\n"]);
  });

  it("goes on where it ended, and makes its folder", async () => {
    const file = path.join(folder, "a", "b", "audit.log");
    const first = open({ file });
    first.write("one\n");
    await first.close();
    const second = open({ file });
    second.write("two\n");
    second.write("three\n");
    await second.close();
    expect((await readdir(path.dirname(file))).sort()).toEqual(["audit-2024-05-06T07-08-09.123.log", "audit.log"]);
    expect(await readFile(file, "utf8")).toBe("three\n");
    expect([(await stat(file)).mode & 0o777, (await stat(path.dirname(file))).mode & 0o777]).toEqual([0o600, 0o700]);
  });

  it("has the mode of the one before it", async () => {
    const file = open();
    await chmod(path.join(folder, "audit.log"), 0o640);
    file.write("12345678\n");
    file.write("12345678\n");
    await file.close();
    expect((await stat(path.join(folder, "audit.log"))).mode & 0o777).toBe(0o640);
  });

  it("refuses a line that no file could hold, and goes on", async () => {
    const file = open();
    expect(() => file.write("12345678901\n")).toThrow("write length 12 exceeds maximum file size 10");
    file.write("one\n");
    await file.close();
    expect(await contents()).toEqual({ "audit.log": "one\n" });
  });

  it("grows without end where it is to", async () => {
    const file = open({ maxSize: 0 });
    for (let at = 0; at < 10; at++) file.write("12345678\n");
    await file.close();
    expect(await contents()).toEqual({ "audit.log": "12345678\n".repeat(10) });
  });

  it("leaves behind as many as it may, and none that are too old", async () => {
    const names = ["audit-2024-05-06T07-08-08.000.log", "audit-2024-05-05T07-08-08.000.log.gz", "audit-2024-05-04T07-08-09.000.log"];
    const others = ["audit-2024.log", "other-2020-05-04T07-08-09.000.log", "audit-2020-05-04T07-08-09.000.txt"];
    for (const name of [...names, ...others]) await writeFile(path.join(folder, name), "");
    await open({ maxAge: 36 * 3_600_000 }).close();
    expect(await readdir(folder)).toEqual(expect.arrayContaining([names[0], names[1], ...others]));
    expect(await readdir(folder)).not.toContain(names[2]);
    await open({ maxBackups: 1 }).close();
    expect((await readdir(folder)).sort()).toEqual([names[0], ...others, "audit.log"].sort());
  });

  it("packs what it leaves behind, and counts it once", async () => {
    const file = open({ compress: true, maxBackups: 2 });
    for (let at = 0; at < 5; at++) {
      file.write(`${at}-------\n`);
      time += 1;
    }
    await file.close();
    expect(await contents()).toEqual({
      "audit-2024-05-06T07-08-09.126.log.gz": "2-------\n",
      "audit-2024-05-06T07-08-09.127.log.gz": "3-------\n",
      "audit.log": "4-------\n",
    });
    expect((await stat(path.join(folder, "audit-2024-05-06T07-08-09.126.log.gz"))).mode & 0o777).toBe(0o600);
  });
});
