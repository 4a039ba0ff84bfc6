import { describeOutages } from "../consistency/outages.ts";
import { testStorage } from "../tools/server.ts";

if (testStorage === "etcd") describeOutages(1);
