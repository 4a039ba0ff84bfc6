import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describeStorage } from "../contract/contract.ts";
import { openEmbedded } from "./open.ts";

describeStorage("embedded", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "datum-embedded-"));
  let storage = await openEmbedded({ folder, now: Date.now });
  return {
    storage,
    async reopen() {
      await storage.close();
      storage = await openEmbedded({ folder, now: Date.now });
      return storage;
    },
    async dispose() {
      await storage.close();
      await rm(folder, { recursive: true });
    },
  };
});
