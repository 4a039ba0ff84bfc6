import { describe, expect, it } from "vitest";
import * as acrossVersions from "./across-versions.ts";
import * as duplicates from "./duplicates.ts";
import * as items from "./items.ts";
import * as keyDefaults from "./key-defaults.ts";
import * as keyedDuplicates from "./keyed-duplicates.ts";
import * as mapsAndStructs from "./maps-and-structs.ts";
import * as misfits from "./misfits.ts";
import * as oneApplier from "./one-applier.ts";
import { play, type Table } from "./play.ts";
import * as schemaChanges from "./schema-changes.ts";
import * as sets from "./sets.ts";
import * as severalAppliers from "./several-appliers.ts";
import * as undeclared from "./undeclared.ts";
import * as versionsAndStatus from "./versions-and-status.ts";

/**
 * What owners come to, case by case: what the tests of sigs.k8s.io/structured-merge-diff (merge/) go through, in data of our own. Every
 * expectation is what Kubernetes' field manager (k8s.io/apimachinery, pkg/util/managedfields, 0.37.2) makes of the same requests.
 */
const tables = [
  oneApplier,
  severalAppliers,
  sets,
  items,
  mapsAndStructs,
  keyDefaults,
  duplicates,
  keyedDuplicates,
  versionsAndStatus,
  acrossVersions,
  undeclared,
  schemaChanges,
  misfits,
].flatMap((file): Table[] => Object.values(file));

describe.each(tables)("$about", ({ kind, cases }) => {
  it.each(cases)("$shows", (one) => {
    const { shows: _, ...expected } = one;
    expect(play(kind, one)).toEqual(expected);
  });
});
