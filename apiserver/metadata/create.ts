import type { KubeObject, ObjectMeta } from "../../apimachinery/object.ts";
import { badRequest } from "../../apimachinery/status/status.ts";
import { formatTime } from "../../apimachinery/time/timestamp.ts";

/**
 * The metadata of an object on its way to be created (k8s.io/apiserver, pkg/registry/rest). In order: what only the server decides is
 * wiped, the namespace is settled, mutating admission has its say, and last the uid, the time and perhaps a name are filled in.
 */
export function prepareMetadataForCreate(object: KubeObject, namespace: string | undefined): void {
  wipeSystemFields(object.metadata);
  settleNamespace(object.metadata, namespace);
}

/** Removes what clients may send and the server decides. Changes `meta`. */
export function wipeSystemFields(meta: ObjectMeta): void {
  delete meta.uid;
  delete meta.creationTimestamp;
  delete meta.deletionTimestamp;
  delete meta.deletionGracePeriodSeconds;
  delete meta.selfLink;
}

/**
 * Gives the object the namespace of the request: filled in where it has none, taken away where the request has none (`undefined` or `""`,
 * as for cluster-scoped kinds and namespaces themselves). Changes `meta`.
 *
 * @throws StatusError BadRequest when the object names another namespace
 */
export function settleNamespace(meta: ObjectMeta, namespace: string | undefined): void {
  if (!namespace) delete meta.namespace;
  else if (!meta.namespace) meta.namespace = namespace;
  else if (meta.namespace !== namespace) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
}

/** The world outside: everything that makes one creation differ from the next. */
export interface CreationSource {
  /** Milliseconds since the epoch. */
  now(): number;
  newUid(): string;
  /** A whole number from 0 up to, without, `limit`. */
  random(limit: number): number;
}

/** Fills in uid and creation time, and a name where only a prefix was given. Changes `meta`. */
export function completeMetadataForCreate(meta: ObjectMeta, source: CreationSource): void {
  meta.uid = source.newUid();
  meta.creationTimestamp = formatTime(source.now());
  if (!meta.name && meta.generateName) meta.name = generateName(meta.generateName, source.random);
}

/** Consonants and digits that are hard to confuse and spell no words. */
const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
const RANDOM_LENGTH = 5;
const MAX_PREFIX_LENGTH = 63 - RANDOM_LENGTH;

/** How often a creation is tried with a new name before the client is told that none was free. */
export const GENERATE_NAME_ATTEMPTS = 8;

/** A name that starts with the prefix, of which 58 characters count, and ends with five random ones. */
export function generateName(prefix: string, random: (limit: number) => number): string {
  let name = prefix.slice(0, MAX_PREFIX_LENGTH);
  for (let i = 0; i < RANDOM_LENGTH; i++) name += ALPHABET[random(ALPHABET.length)];
  return name;
}
