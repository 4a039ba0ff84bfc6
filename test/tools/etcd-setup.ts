import type { TestProject } from "vitest/node";
import { startEtcd } from "./etcd.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The URLs of an etcd that all tests of the project share, each server under a prefix of its own. */
    etcd: readonly string[];
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const etcd = await startEtcd();
  project.provide("etcd", etcd.endpoints);
  return () => etcd.stop();
}
