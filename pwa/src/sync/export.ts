/**
 * The work on this phone as a file: the way out when nothing else works. HR brings it in (server/completion/phones.py).
 *
 * Two lines. The first is open JSON: plant, person, phone, how many edits and since when, no content. The second is
 * sealed: `<point>.<iv>.<text>` in base64url. The text holds pushes exactly as this phone would have sent them. It is
 * sealed to the plant's key, so that nobody opens it in the phone's downloads, and with a proof that the server gave to
 * this person on this phone, so that nobody writes one in another's name. The first line is bound to the second.
 *
 * A phone that never met the server since it was installed has no key; its file is readable JSON, and says so.
 */
import { deviceLabel } from '../foundation/device';
import type { User } from '../foundation/people';
import { canSeal, sealTo } from '../foundation/sealing';
import type { Clock } from '../foundation/clock';
import type { UserDb } from '../db/user-db';
import { type AskFileKey, type FileKey, keepFileKey, keptFileKey } from './file-key';
import type { Entry } from './outbox';
import { MOST_EDITS } from './planner';
import type { ParkedItem } from './types';
import { encodePush } from './wire';
import { PROTOCOL } from '../generated/wire-columns';

export const EXPORT_FORMAT = 'gemba-outbox';

export interface Exported {
  blob: Blob;
  /** False: readable, since this phone has no key yet. */
  sealed: boolean;
}

interface ExportParts {
  db: UserDb;
  clock: Clock;
  fileKey?: AskFileKey;
}

export async function exportEdits(
  { db, clock, fileKey }: ExportParts,
  user: User,
  device: string,
  entries: readonly Entry[],
  parked: readonly ParkedItem[],
): Promise<Exported> {
  const now = clock.now();
  await keepFileKey(db, now, fileKey).catch(() => undefined);
  const key = await keptFileKey(db);
  if (!key || !canSeal()) return { blob: readable(user, device, entries, parked, now), sealed: false };
  const text = await sealedFile(key, user, device, entries, now);
  return { blob: new Blob([text], { type: 'application/octet-stream' }), sealed: true };
}

export async function sealedFile(key: FileKey, user: User, device: string, entries: readonly Entry[], now: number): Promise<string> {
  const head = JSON.stringify({
    format: EXPORT_FORMAT,
    version: 2,
    key: key.id,
    plant: user.plant.code,
    person_id: user.person_id,
    employee_no: user.employee_no,
    device,
    device_label: deviceLabel(globalThis.navigator?.userAgent ?? ''),
    count: entries.length,
    oldest_at: entries.length ? new Date(Math.min(...entries.map(({ at }) => at))).toISOString() : null,
    exported_at: new Date(now).toISOString(),
  }).normalize('NFC');
  const author = entries[0]?.edit.version.split('.')[1] ?? '';
  const edits = entries.map(({ edit }) => edit);
  const pushes: unknown[] = [];
  for (let i = 0; i < edits.length; i += MOST_EDITS) pushes.push(encodePush(device, { author, mutations: edits.slice(i, i + MOST_EDITS) }));
  const content = JSON.stringify({ protocol: PROTOCOL, pushes });
  return `${head}\n${await sealTo(key, head, content)}\n`;
}

function readable(user: User, device: string, entries: readonly Entry[], parked: readonly ParkedItem[], now: number): Blob {
  const file = {
    format: EXPORT_FORMAT,
    version: 1,
    exported_at: new Date(now).toISOString(),
    plant: user.plant.code,
    person_id: user.person_id,
    employee_no: user.employee_no,
    device,
    edits: entries.map(({ edit: { shown: _here, ...edit }, state, attempts, at }) => ({
      ...edit,
      device_time: new Date(edit.device_time_ms).toISOString(),
      state,
      attempts,
      first_saved_at: new Date(at).toISOString(),
    })),
    parked,
  };
  return new Blob([`${JSON.stringify(file, null, 2)}\n`], { type: 'application/json' });
}
