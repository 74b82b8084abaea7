/**
 * What the file is sealed with in which a phone hands over its edits when it cannot send them. Kept before it is needed,
 * since by then there may be no way to the server.
 */
import type { Envelope } from '../db/envelope';
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
  // The proof speaks for this person: it is nobody else's to read.
  const sealed = await db.seal(`meta|${PLACE}`, fresh);
  await db.write(['meta'], (tx) => tx.objectStore('meta').put(sealed, PLACE));
}

async function kept(db: UserDb): Promise<Kept | undefined> {
  const sealed = (await db.read(['meta'], (tx) => tx.objectStore('meta').get(PLACE))) as Envelope | undefined;
  // One from before sealing has no version: it counts once db/sweep.ts has sealed it, and until then a new one is asked for.
  return sealed?.v === undefined ? undefined : db.unseal<Kept>(`meta|${PLACE}`, sealed);
}
