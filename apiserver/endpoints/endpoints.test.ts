import { afterEach, describe, expect, it } from "vitest";
import { kinds } from "../../apis/kinds.ts";
import { MemoryStorage } from "../../storage/memory/memory-storage.ts";
import { type Storage, StorageError, type StorageStats } from "../../storage/storage.ts";
import { Core } from "../core.ts";
import type { ApiRequest } from "../request.ts";

/** A store that others write to as well, and of which parts may be away. */
class SharedStorage extends (MemoryStorage as unknown as new () => Storage) {
  override readonly name = "etcd";
  override readonly exclusive = false;
  down = false;
  hangs = false;

  override async check(): Promise<void> {
    if (this.hangs) await new Promise(() => {});
    if (this.down) throw new StorageError("etcd: it is away");
  }

  override async stats(): Promise<StorageStats> {
    if (this.down) throw new StorageError("etcd: it is away");
    const one = { endpoint: "http://one", healthy: true, leads: true, bytes: 4096, bytesInUse: 1024 };
    const other = { endpoint: "http://other", healthy: false, leads: false, bytes: undefined, bytesInUse: undefined };
    return { bytes: 4096, members: [one, other] };
  }
}

const cores: Core[] = [];
afterEach(() => {
  for (const core of cores.splice(0)) core.close();
});

async function serve(storage: Storage) {
  const core = new Core({ storage, kinds, productVersion: "0", serverAddress: "", onPanic: () => {} });
  cores.push(core);
  await core.start();
  return async (target: string, trustedUser = { name: "admin", groups: ["system:masters"] }) => {
    const [path = "", query = ""] = target.split("?");
    const connection = { remoteAddress: "", clientCertificate: undefined, trustedUser };
    const request: ApiRequest = { method: "GET", path, query, headers: {}, readBody: async () => Buffer.alloc(0), connection };
    const { status, headers, body } = await core.handle(request);
    return { status, headers, text: String(body) };
  };
}

describe("health checks", () => {
  it("name each part, and only readiness asks for some", async () => {
    const ask = await serve(new SharedStorage());
    expect((await ask("/readyz?verbose")).text).toBe(
      "[+]ping ok\n[+]etcd ok\n[+]etcd-readiness ok\n[+]watch-cache ok\n[+]shutdown ok\nreadyz check passed\n",
    );
    expect((await ask("/livez?verbose")).text).toBe("[+]ping ok\n[+]etcd ok\nlivez check passed\n");
    const alone = await serve(new MemoryStorage());
    expect((await alone("/readyz?verbose")).text).toBe(
      "[+]ping ok\n[+]memory ok\n[+]watch-cache ok\n[+]shutdown ok\nreadyz check passed\n",
    );
    expect((await alone("/livez?verbose")).text).toBe("[+]ping ok\nlivez check passed\n");
  });

  it("tell a store that is away from a cache that is not fed", async () => {
    const storage = new SharedStorage();
    const ask = await serve(storage);
    storage.down = true;
    for (const endpoint of ["livez", "healthz", "readyz"]) {
      const { status, text } = await ask(`/${endpoint}`);
      expect([status, text]).toEqual([500, expect.stringContaining("[-]etcd failed: reason withheld\n")]);
    }
    expect((await ask("/readyz")).text).toContain("[+]watch-cache ok\n");
    expect((await ask("/readyz/etcd-readiness")).text).toBe("internal server error: etcd: it is away\n");
    expect((await ask("/livez?exclude=etcd")).status).toBe(200);

    storage.down = false;
    storage.currentRevision = async () => 1_000_000;
    const unfed = await ask("/readyz");
    expect([unfed.status, unfed.text]).toEqual([500, expect.stringContaining("[+]etcd ok\n[+]etcd-readiness ok\n[-]watch-cache failed")]);
  });

  it("answer even where a part does not", async () => {
    const storage = new SharedStorage();
    const ask = await serve(storage);
    storage.hangs = true;
    expect((await ask("/livez/etcd")).text).toBe("internal server error: context deadline exceeded\n");
  });
});

describe("metrics", () => {
  it("tell how large the store is, and how its members are", async () => {
    const storage = new SharedStorage();
    const ask = await serve(storage);
    const { status, headers, text } = await ask("/metrics");
    expect([status, headers["content-type"]]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
    const lines = text.split("\n");
    expect(lines).toEqual(
      expect.arrayContaining([
        'apiserver_storage_size_bytes{storage_cluster_id="etcd-0"} 4096',
        'datum_etcd_member_healthy{endpoint="http://one"} 1',
        'datum_etcd_member_healthy{endpoint="http://other"} 0',
        'datum_etcd_member_leader{endpoint="http://one"} 1',
        'datum_etcd_member_size_in_use_bytes{endpoint="http://one"} 1024',
        'datum_watch_cache_bytes{of="events"} 0',
      ]),
    );
    expect(text).toMatch(/^kubernetes_build_info\{.*major="1",minor="37".*\} 1$/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
    expect(Number(/^process_cpu_user_seconds_total (\S+)$/m.exec(text)?.[1])).toBeGreaterThan(0.1);
    expect(Number(/^nodejs_eventloop_lag_mean_seconds (\S+)$/m.exec(text)?.[1])).toBeGreaterThan(0);
    expect(text).not.toContain('datum_etcd_member_size_bytes{endpoint="http://other"}');

    storage.down = true;
    const without = (await ask("/metrics")).text;
    expect(without).not.toContain("apiserver_storage_size_bytes{");
    expect(without).not.toContain("datum_etcd_member_healthy{");
  });

  it("count health checks, as /metrics/slis", async () => {
    const storage = new SharedStorage();
    const ask = await serve(storage);
    await ask("/readyz");
    storage.down = true;
    await ask("/readyz");
    const { text } = await ask("/metrics/slis");
    expect(text).toContain('kubernetes_healthcheck{name="etcd",type="readyz"} 0\n');
    expect(text).toContain('kubernetes_healthchecks_total{name="etcd",type="readyz",status="success"} 1\n');
    expect(text).toContain('kubernetes_healthchecks_total{name="etcd",type="readyz",status="error"} 1\n');
    expect(text).toContain('kubernetes_healthcheck{name="ping",type="readyz"} 1\n');
    expect((await ask("/metrics/others")).status).toBe(404);
  });

  it("are not for everybody", async () => {
    const ask = await serve(new MemoryStorage());
    const { status, text } = await ask("/metrics", { name: "alice", groups: [] });
    expect([status, JSON.parse(text).message]).toEqual([403, 'forbidden: User "alice" cannot get path "/metrics"']);
  });
});
