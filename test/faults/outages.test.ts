import { describeOutages } from "../consistency/outages.ts";

describeOutages(20);
