import { object, oneOf, string } from "../../typed-schema.ts";

/** What every kind of this group version begins with. */
export const networkingV1alpha = { group: "networking.datumapis.com", version: "v1alpha", flavor: "custom" } as const;

export const IP_FAMILIES = ["IPv4", "IPv6"] as const;

/** One family of addresses, as an item of a list. */
export const ipFamily = oneOf(undefined, IP_FAMILIES);

/** Sizes that a network's packets may have, in bytes. */
export const MTU_RANGE = { minimum: 1300, maximum: 8856 } as const;

/** `{ name }`: an object of another kind, in the same namespace if it has one. */
export const reference = (description: string, name: string) => object(description, { name: string(name) });

export const locationReference = reference("The location concerned.", "Name of the Location.");
