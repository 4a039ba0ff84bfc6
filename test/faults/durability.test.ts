import { describeDurability } from "./durability.ts";

describeDurability("full");
