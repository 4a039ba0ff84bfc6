import { chmod, chown, mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Program, startProgram, type Wrapper } from "../tools/program.ts";
import { Requester, temporaryFolder, testStorage } from "../tools/server.ts";
import { canMakeSmallDisk, makeSmallDisk, type SmallDisk } from "../tools/small-disk.ts";

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";

// needs Linux, and a system that lets processes have file systems of their own
const hasDisks = await canMakeSmallDisk();

describe.runIf(testStorage === "embedded")("a store that", () => {
  let dataDir: string;
  let store: string;
  const programs: Program[] = [];

  const start = (wrapper?: Wrapper) => {
    const program = startProgram({ dataDir, etcd: undefined, ...(wrapper && { wrapper }) });
    programs.push(program);
    return program;
  };
  /** What the program says when it cannot start: one line. */
  const refusal = async (wrapper?: Wrapper) => {
    const { code, stdout, stderr } = await start(wrapper).ended;
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr.match(/\n/g)).toHaveLength(1);
    return stderr.replace(store, "STORE").trimEnd();
  };

  beforeAll(async () => {
    dataDir = await temporaryFolder();
    store = path.join(dataDir, "store");
    await mkdir(store, { mode: 0o700 });
  });
  afterAll(async () => {
    await Promise.all(programs.map((program) => program.kill()));
    await rm(dataDir, { recursive: true, force: true });
  });

  describe.runIf(hasDisks)("is on a file system that has become read-only", () => {
    let disk: SmallDisk;
    beforeAll(async () => {
      disk = await makeSmallDisk(store, 12);
    });
    afterAll(() => disk.remove());
    const remount = (how: "ro" | "rw") => disk.run(`mount -o remount,${how} '${store}'`);

    it("is refused in one line, and there again when it can be written", async () => {
      await remount("ro");
      expect(await refusal(disk.wrapper)).toBe("datum-apiserver: STORE cannot be opened: read-only file system");
      await remount("rw");
      const program = start(disk.wrapper);
      const { url, kubeconfigPath } = await program.ready;
      const requester = await Requester.open(url, kubeconfigPath);
      expect((await requester.send("POST", CONFIG_MAPS, { metadata: { name: "one" } })).status).toBe(201);
      requester.close();
      await program.kill();

      await remount("ro");
      expect(await refusal(disk.wrapper)).toBe("datum-apiserver: STORE cannot be opened: Read-only file system");
      await remount("rw");
      const again = start(disk.wrapper);
      const opened = await again.ready;
      const reader = await Requester.open(opened.url, opened.kubeconfigPath);
      expect((await reader.send("GET", `${CONFIG_MAPS}/one`)).status).toBe(200);
      reader.close();
      await again.kill();
    });
  });

  it("belongs to somebody else is refused in one line", async () => {
    const program = start();
    await program.ready;
    await program.kill();
    if (process.getuid?.() === 0) {
      // root may do everything: be somebody else
      for (const name of ["", ...(await readdir(dataDir, { recursive: true }))])
        if (!name.endsWith("data.mdb")) await chown(path.join(dataDir, name), 65534, 65534);
      expect(await refusal({ command: ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"], env: {} })).toBe(
        "datum-apiserver: STORE cannot be opened: Permission denied",
      );
    } else {
      await chmod(path.join(store, "data.mdb"), 0);
      expect(await refusal()).toBe("datum-apiserver: STORE cannot be opened: permission denied");
    }
  });
});
