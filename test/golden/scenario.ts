import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** What the README beside this describes: one file, a sequence of exchanges with what a real kube-apiserver answered. */
export interface Scenario {
  readonly title: string;
  /** Made before the first step, deleted after the last. Default: `${ns}`. */
  readonly namespaces?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
  /** Addresses to delete at the end. */
  readonly cleanup?: readonly string[];
}

export type Step = SleepStep | EventsStep | RequestStep;

export interface SleepStep {
  readonly sleep: number;
}

interface Compared {
  readonly do: string;
  /** Pointers that are left out of the comparison. */
  readonly ignore?: readonly string[];
  /** `subset`: more may be there than was recorded. */
  readonly compare?: "subset";
  readonly response: unknown;
  /** Milliseconds to wait for what is expected. */
  readonly patience?: number;
}

/** Takes the next events of a watch: so many, or all until it ends. */
export interface EventsStep extends Compared {
  readonly events: string;
  readonly count?: number;
  /** Closes the watch afterwards. */
  readonly stop?: boolean;
}

export interface RequestStep extends Compared {
  readonly request: RecordedRequest;
  /** Opens a watch under this name. */
  readonly watch?: string;
  /** Asks again until these pointers of the body, or `status`, have these values. */
  readonly until?: Readonly<Record<string, unknown>>;
  /** Variables to take out of the answer, by pointer. */
  readonly save?: Readonly<Record<string, string>>;
  /** Keeps only these pointers of the body. */
  readonly pick?: readonly string[];
}

export interface RecordedRequest {
  readonly method?: string;
  readonly path: string;
  /** null takes a header away that is sent by default. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly credentials?: "none";
  /** Sent as JSON; or one of the others. */
  readonly body?: unknown;
  readonly text?: string;
  readonly base64?: string;
  readonly repeat?: { readonly head: string; readonly unit: string; readonly times: number; readonly tail: string };
}

const FOLDER = fileURLToPath(new URL("scenarios", import.meta.url));

/** The scenarios of a topic: a folder, or those in it whose names begin alike (`controllers/gc`). Each is called `errors/conflicts.json`. */
export async function scenariosOf(topic: string): Promise<string[]> {
  const [folder = "", start = ""] = topic.split("/");
  const files = await readdir(path.join(FOLDER, folder));
  return files
    .filter((file) => file.startsWith(start) && file.endsWith(".json"))
    .sort()
    .map((file) => `${folder}/${file}`);
}

export async function readScenario(name: string): Promise<Scenario> {
  return JSON.parse(await readFile(path.join(FOLDER, name), "utf8")) as Scenario;
}
