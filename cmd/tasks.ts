import { backUp, checkStore, restore } from "../storage/embedded/backup.ts";
import type { Findings } from "../storage/embedded/check.ts";
import { openEmbedded } from "../storage/embedded/open.ts";
import { StorageError } from "../storage/storage.ts";
import { copyStorage } from "../storage/transfer.ts";
import { writePrivate } from "./certificates/private-file.ts";
import { userKubeconfig } from "./certificates/user-kubeconfig.ts";
import type { Task } from "./flags.ts";
import { openEtcdAt, storeFolder } from "./storage.ts";

/**
 * A store that was restored or imported goes on so many revisions after the last one of its source: more than anybody can have written
 * since, and less than would matter (the number that etcd's own documentation proposes).
 */
const AHEAD = 1_000_000_000;

/**
 * Does the work, and says in one line what was done.
 * @throws StartupError or StorageError with one line for the person who asked for it
 */
export async function perform(task: Task): Promise<string> {
  const folder = storeFolder(task.dataDir);
  switch (task.name) {
    case "backup":
      return `${task.file}: ${contents(await backUp(folder, task.file))}`;
    case "restore":
      return `${folder}: ${contents(await restore(task.file, folder, AHEAD))}`;
    case "check": {
      const place = task.file ?? folder;
      const findings = await checkStore(place);
      if (findings.problems.length > 0) throw new StorageError(`${place} is damaged:\n  ${findings.problems.join("\n  ")}`);
      return `${place}: ${contents(findings)}`;
    }
    case "import": {
      const from = await openEtcdAt(task.etcd);
      try {
        const after = (await from.currentRevision()) + AHEAD;
        const to = await openEmbedded({ folder, now: Date.now, after });
        const copied = await copyStorage(from, to).finally(() => to.close());
        return `${folder}: ${copied} objects`;
      } finally {
        await from.close();
      }
    }
    case "kubeconfig": {
      const text = await userKubeconfig(task.dataDir, task, Date.now());
      if (task.out === undefined) return text.trimEnd();
      await writePrivate(task.out, text);
      return `${task.out}: kubeconfig of ${JSON.stringify(task.user)}`;
    }
    case "export": {
      const from = await openEmbedded({ folder, now: Date.now });
      try {
        const to = await openEtcdAt(task.etcd);
        const copied = await copyStorage(from, to).finally(() => to.close());
        return `${task.etcd.servers.join(",")}: ${copied} objects below ${task.etcd.prefix}`;
      } finally {
        await from.close();
      }
    }
  }
}

const contents = ({ keys, revision }: Findings) => `${keys} objects at revision ${revision}`;
