/* Runs every benchmark beside this file, each in a process of its own. */
import { spawnSync } from "node:child_process";

const folder = new URL(".", import.meta.url);
for (const name of ["cache.ts", "door.ts", "server.ts"]) {
  console.log(`\n${name}`);
  spawnSync(process.execPath, ["--expose-gc", "--import", "tsx", new URL(name, folder).pathname], { stdio: "inherit" });
}
