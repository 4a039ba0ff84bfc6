import { createPrivateKey } from "node:crypto";
import path from "node:path";
import type { TlsFiles } from "../../apiserver/doors/http.ts";
import { WatchedFile } from "../watched-file.ts";
import { kubeconfigText } from "./kubeconfig.ts";
import { checkAuthorities, checkPair, ensurePki, type KeyPair, type Pki } from "./pki.ts";
import { readRequired, readText, writePrivate } from "./private-file.ts";

export interface CertificateOptions {
  readonly dataDir: string;
  /** What the serving certificate is for. */
  readonly names: readonly string[];
  /** A serving certificate that somebody else looks after. */
  readonly serving?: { readonly certificateFile: string; readonly keyFile: string };
  readonly clientCaFile?: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** At the latest then the certificates are looked at again; timers cannot wait for months, and stand still while a laptop sleeps. */
const CHECK_MS = 24 * 3_600_000;
const RETRY_MS = 3_600_000;

/** All certificates of a server, read or made at the start and renewed while it runs. */
export class Certificates {
  readonly kubeconfigPath: string;
  readonly #options: CertificateOptions;
  #pki: Pki;
  #brought: Brought;
  readonly #watched: WatchedFile[] = [];
  #server = "";
  #timer: NodeJS.Timeout | undefined;

  private constructor(options: CertificateOptions, pki: Pki, brought: Brought) {
    this.kubeconfigPath = path.join(options.dataDir, "admin.kubeconfig");
    this.#options = options;
    this.#pki = pki;
    this.#brought = brought;
  }

  /** Throws a StartupError that names the file which is missing, damaged or cannot be written. */
  static async open(options: CertificateOptions): Promise<Certificates> {
    const brought = await readBrought(options);
    return new Certificates(options, await ensureIn(options), brought);
  }

  get tls(): TlsFiles {
    const { authority, server } = this.#pki;
    const { serving, clientAuthority } = this.#brought;
    return {
      ...(serving ?? server),
      clientAuthorities: [authority.certificate, ...(clientAuthority === undefined ? [] : [clientAuthority])],
    };
  }

  /** What clients are to trust the server by, in PEM. A certificate brought from elsewhere is trusted as it is; its authority is not known here. */
  get trusted(): string {
    return this.#brought.serving?.certificate ?? this.#pki.authority.certificate;
  }

  /** Writes the administrator's kubeconfig for a server at that URL. */
  async writeKubeconfig(server: string): Promise<void> {
    this.#server = server;
    const text = kubeconfigText(server, this.trusted, this.#pki.admin);
    if ((await readText(this.kubeconfigPath)) !== text) await writePrivate(this.kubeconfigPath, text);
  }

  /** A client's certificate for a request (PEM) from the authority made here. */
  async sign(request: string, usages: readonly string[], lifetime: number): Promise<string> {
    const { certificate, key } = this.#pki.authority;
    const { issueRequested } = await import("./issue.ts");
    return issueRequested(request, usages, { now: this.#options.now(), lifetime }, { certificate, key: createPrivateKey(key) });
  }

  /** Renews what is due. True if something was. */
  async renew(): Promise<boolean> {
    if (this.#options.now() < this.#pki.renewAt) return false;
    this.#pki = await ensureIn(this.#options);
    await this.writeKubeconfig(this.#server);
    return this.#pki.changed;
  }

  /** Renews in time from now on, and tells: `renewed` with the new files, `failed` with what went wrong (tried again in an hour). */
  keepRenewed(renewed: (tls: TlsFiles) => void, failed: (error: unknown) => void): void {
    const wait = Math.min(CHECK_MS, Math.max(0, this.#pki.renewAt - this.#options.now()));
    this.#wake(wait, renewed, failed);
  }

  /**
   * Tells the new files whenever one that somebody else looks after has become another, as kube-apiserver follows them
   * (k8s.io/apiserver, pkg/server/dynamiccertificates). What cannot be used is told to `failed`, and counts for nothing.
   */
  follow(changed: (tls: TlsFiles) => void, failed: (error: unknown) => void): void {
    const { serving, clientCaFile } = this.#options;
    const { serving: pair, clientAuthority } = this.#brought;
    const read = async () => {
      try {
        this.#brought = await readBrought(this.#options);
        await this.writeKubeconfig(this.#server);
        changed(this.tls);
      } catch (error) {
        failed(error);
      }
    };
    const watch = (file: string | undefined, text: string | undefined) => {
      if (file !== undefined && text !== undefined) this.#watched.push(new WatchedFile(file, text, () => void read(), failed));
    };
    watch(serving?.certificateFile, pair?.certificate);
    watch(serving?.keyFile, pair?.key);
    watch(clientCaFile, clientAuthority);
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const file of this.#watched) file.close();
  }

  #wake(wait: number, renewed: (tls: TlsFiles) => void, failed: (error: unknown) => void): void {
    this.#timer = setTimeout(async () => {
      try {
        if (await this.renew()) renewed(this.tls);
        this.keepRenewed(renewed, failed);
      } catch (error) {
        failed(error);
        this.#wake(RETRY_MS, renewed, failed);
      }
    }, wait).unref();
  }
}

/** What somebody else looks after. */
interface Brought {
  readonly serving?: KeyPair;
  readonly clientAuthority?: string;
}

/** @throws StartupError naming the file that is missing or damaged */
async function readBrought({ serving, clientCaFile }: CertificateOptions): Promise<Brought> {
  const pair = serving && { certificate: await readRequired(serving.certificateFile), key: await readRequired(serving.keyFile) };
  if (pair !== undefined) checkPair(pair, serving!.certificateFile, serving!.keyFile);
  const clientAuthority = clientCaFile === undefined ? undefined : await readRequired(clientCaFile);
  if (clientAuthority !== undefined) checkAuthorities(clientAuthority, clientCaFile!);
  return { ...(pair && { serving: pair }), ...(clientAuthority !== undefined && { clientAuthority }) };
}

const ensureIn = ({ dataDir, names, now }: CertificateOptions) => ensurePki(path.join(dataDir, "pki"), names, now());
