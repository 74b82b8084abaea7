/**
 * What the file is sealed with in which a phone hands over its edits when it cannot send them. Kept before it is needed,
 * since by then there may be no way to the server.
 */
import type { UserDb } from '../db/user-db';
import type { components } from '../generated/api';
import type { Millis } from './types';

export type FileKey = components['schemas']['FileKey'];
export type AskFileKey = () => Promise<FileKey>;

interface Kept {
  key: FileKey;
  at: Millis;
}

const PLACE = 'file_key';
/** The plant's key changes with the server's secret; the old one still opens for as long as the server keeps it. */
const FRESH_MS = 7 * 86_400_000;

export async function keptFileKey(db: UserDb): Promise<FileKey | null> {
  return (await kept(db))?.key ?? null;
}

/** Asks for the key unless a fresh one is here. */
export async function keepFileKey(db: UserDb, now: Millis, ask: AskFileKey | undefined): Promise<void> {
  const held = await kept(db);
  if (!ask || (held && Math.abs(now - held.at) < FRESH_MS)) return;
  const fresh: Kept = { key: await ask(), at: now };
  await db.write(['meta'], (tx) => tx.objectStore('meta').put(fresh, PLACE));
}

const kept = (db: UserDb): Promise<Kept | undefined> =>
  db.read(['meta'], (tx) => tx.objectStore('meta').get(PLACE)) as Promise<Kept | undefined>;
