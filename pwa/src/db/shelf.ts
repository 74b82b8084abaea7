/** What the two halves of the people's store share: people-store.ts, which a start needs, and people-desk.ts, which it does not. */
import type { Chance } from '../foundation/chance';
import type { Clock } from '../foundation/clock';
import type { Secrets } from '../foundation/people';
import type { Connection } from './connection';
import type { Envelope } from './envelope';
import type { DeviceSchema } from './schema';
import { type UserDb, userDb } from './user-db';

/** What both parts share of one tab. */
export interface Shelf {
  device: Connection<DeviceSchema>;
  /** Of whoever could not be written down. */
  memory: Map<string, Secrets>;
  /** Who has signed out in this tab: the only memory of it where there is no storage. */
  left: Set<string>;
  clock: Clock;
  chance: Chance;
  /** This phone's id where it could not be written down. */
  device_id: string | null;
  leave: () => Promise<void>;
  /** This person's database is the first to be opened at the next start. */
  stay: (name: string) => void;
}

export const sealSecrets = (db: UserDb, { csrf, refresh_csrf }: Secrets): Promise<Envelope> =>
  db.seal('meta|secrets', { csrf, refresh_csrf });

export const readLast = (device: Shelf['device']): Promise<{ last?: string | undefined; shared?: string | undefined }> =>
  device.read(['meta'], async (tx) => {
    const meta = tx.objectStore('meta');
    const [last, shared] = await Promise.all([meta.get('last'), meta.get('shared')]);
    return { last, shared };
  });

/** Whoever was here last no longer comes in by opening the app. Before the device's database names somebody else, or nobody. */
export async function unseat(device: Shelf['device']): Promise<void> {
  const { last } = await readLast(device);
  if (last) await userDb(last).write(['meta'], (tx) => tx.objectStore('meta').delete('seated'));
}
