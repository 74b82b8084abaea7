/** The work on this phone as a file that a person and a program can read: the way out when nothing else works. */
import type { User } from '../foundation/people';
import type { Entry } from './outbox';
import type { ParkedItem } from './types';

export const EXPORT_FORMAT = 'gemba-outbox';

export function exportEdits(
  user: User,
  device: string,
  entries: readonly Entry[],
  parked: readonly ParkedItem[],
  now: number,
): Blob {
  const file = {
    format: EXPORT_FORMAT,
    version: 1,
    exported_at: new Date(now).toISOString(),
    plant: user.plant.code,
    person_id: user.person_id,
    employee_no: user.employee_no,
    device,
    edits: entries.map(({ edit, state, attempts, at }) => ({
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
