import { describeDurability } from "./faults/durability.ts";

describeDurability("short");
