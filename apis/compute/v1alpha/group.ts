/** What every kind of this group version begins with. */
export const computeV1alpha = { group: "compute.datumapis.com", version: "v1alpha", flavor: "custom" } as const;
