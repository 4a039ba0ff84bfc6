import { describe } from "vitest";
import { describeOutages } from "../consistency/outages.ts";
import { testStorage } from "../tools/server.ts";

describe.runIf(testStorage === "etcd")("etcd", () => describeOutages(1));
