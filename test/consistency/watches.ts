import { type Attempt, after, type Event, type State, showEvent } from "./history.ts";

/*
 * What a watch promises, after the validators of etcd's robustness tests. Each function gives the violations it finds, as text. The
 * reference of a history is one watch of everything from its beginning: what it tells is checked against what clients tried, and all other
 * watches against it.
 */

/** Ordered and unique: revisions rise from one event to the next. */
export function disorder(events: readonly Event[]): string[] {
  return events.flatMap((event, index) => {
    const before = events[index - 1];
    return before !== undefined && before.revision >= event.revision ? [`${showEvent(event)} comes after ${showEvent(before)}`] : [];
  });
}

/** Each event follows from the state that the ones before it left. */
export function impossible(start: State, events: readonly Event[]): string[] {
  const wrong: string[] = [];
  const state = new Map([...start].map(([key, { value }]) => [key, value]));
  for (const event of events) {
    const { key, type, value } = event;
    const present = state.get(key);
    if ((type === "ADDED") !== (present === undefined)) wrong.push(`${showEvent(event)} where there was ${present ?? "nothing"}`);
    if (type === "DELETED" && present !== value) wrong.push(`${showEvent(event)} removes what was ${present}`);
    if (type === "DELETED") state.delete(key);
    else state.set(key, value);
  }
  return wrong;
}

/** Every write that was acknowledged is told once, with its revision; nothing is told that was refused or never tried. */
export function unfaithful(attempts: readonly Attempt[], events: readonly Event[]): string[] {
  const name = ({ type, key, value }: Attempt | Event) => `${type} ${key} = ${value}`;
  const told = new Map<string, Event[]>();
  for (const event of events) told.set(name(event), [...(told.get(name(event)) ?? []), event]);
  // several may try to remove the same value
  const tried = new Map<string, Attempt[]>();
  for (const attempt of attempts) tried.set(name(attempt), [...(tried.get(name(attempt)) ?? []), attempt]);
  const wrong = [...told].flatMap(([what, same]) => {
    const tries = tried.get(what);
    if (tries === undefined) return [`${what} is told and was never tried`];
    if (tries.every(({ outcome }) => outcome === "refused")) return [`${what} is told and was refused`];
    return same.length > 1 ? [`${what} is told ${same.length} times`] : [];
  });
  for (const attempt of attempts) {
    if (attempt.outcome !== "acknowledged") continue;
    const revision = told.get(name(attempt))?.[0]?.revision;
    if (revision === undefined) wrong.push(`${name(attempt)} was acknowledged and is lost`);
    else if (attempt.revision !== undefined && attempt.revision !== revision) {
      wrong.push(`${name(attempt)} was acknowledged with ${attempt.revision} and is told with ${revision}`);
    }
  }
  return wrong;
}

/** What a watch told, and what it claimed. */
export interface Watched {
  /** The revision it began after. */
  readonly from: number;
  readonly events: readonly Event[];
  /** After how many events each bookmark came, and of which revision it spoke. */
  readonly bookmarks: readonly { readonly events: number; readonly revision: number }[];
}

/** Reliable and resumable: from its beginning up to its last event a watch tells what the reference tells, and its bookmarks hide nothing. */
export function unreliable(watched: Watched, reference: readonly Event[]): string[] {
  const due = reference.filter(({ revision }) => revision > watched.from);
  const wrong = watched.events.flatMap((event, index) => {
    const expected = due[index];
    if (expected !== undefined && showEvent(expected) === showEvent(event)) return [];
    return [`${showEvent(event)} is told where ${expected === undefined ? "nothing" : showEvent(expected)} is due`];
  });
  for (const { events, revision } of watched.bookmarks) {
    const missing = due[events];
    if (missing !== undefined && missing.revision <= revision) wrong.push(`a bookmark at ${revision} comes before ${showEvent(missing)}`);
  }
  return wrong.slice(0, 3);
}

/** What is read at last is what the events lead to. */
export function differing(start: State, events: readonly Event[], read: State): string[] {
  const expected = after(start, events);
  const show = (entry: { value: string; revision: number } | undefined) =>
    entry === undefined ? "nothing" : `${entry.value} @${entry.revision}`;
  return [...new Set([...expected.keys(), ...read.keys()])].flatMap((key) => {
    const [due, there] = [show(expected.get(key)), show(read.get(key))];
    return due === there ? [] : [`${key} is ${there} and should be ${due}`];
  });
}
