import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { type Issuer, issueAuthority, issueLeaf, type Subject } from "../../cmd/certificates/issue.ts";

const DAY = 24 * 3_600_000;

/** An authority of a test's own. */
export class TestAuthority {
  readonly certificate: string;
  readonly #issuer: Issuer;

  private constructor(issuer: Issuer) {
    this.certificate = issuer.certificate;
    this.#issuer = issuer;
  }

  static async create(commonName = "test authority"): Promise<TestAuthority> {
    const key = newKey();
    const certificate = await issueAuthority({ subject: { commonName }, key, now: Date.now(), lifetime: 30 * DAY });
    return new TestAuthority({ certificate, key });
  }

  server(...names: string[]): Promise<{ key: string; certificate: string }> {
    return this.#issue({ commonName: "server" }, names, Date.now());
  }

  /** A client's certificate that became valid `age` milliseconds ago, for one day. */
  client(subject: Subject, age = 0): Promise<{ key: string; certificate: string }> {
    return this.#issue(subject, [], Date.now() - age);
  }

  async #issue(subject: Subject, names: string[], now: number): Promise<{ key: string; certificate: string }> {
    const key = newKey();
    const certificate = await issueLeaf({ subject, key, now, lifetime: DAY }, this.#issuer, names);
    return { key: key.export({ type: "pkcs8", format: "pem" }) as string, certificate };
  }
}

const newKey = (): KeyObject => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
