/**
 * Every value that lies in IndexedDB goes through here: ids, scopes and cursors stay plain, what people wrote and
 * what is known about them does not. Version 0 keeps the value readable; encryption comes as version 1 with
 * { v: 1, iv, ct } and `place` as additional data, so that a value moved to another place does not open. Both
 * functions are async for that day's sake, and are awaited before a transaction opens (no crypto inside one).
 */
export interface Envelope {
  v: 0;
  p: unknown;
}

/** `place` is "<store>|<key>" within one person's database. */
export async function seal(_place: string, value: unknown): Promise<Envelope> {
  return { v: 0, p: value };
}

/** Throws when the envelope is of a kind that this version cannot open. */
export async function unseal<T>(place: string, sealed: Envelope): Promise<T> {
  if (sealed.v !== 0) throw new Error(`cannot open ${place}`);
  return sealed.p as T;
}
