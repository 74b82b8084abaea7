/** How the sending stands, in the same words on every screen. Green and "delivered" come from a receipt alone. */
import { m } from '../generated/paraglide/messages.js';
import { href } from '../routes';
import type { EvaluationRow, Id, SyncStatus } from '../sync/types';
import { circleCheck, cloud, cloudOff, cloudUpload, lock, smartphone, triangleAlert } from '../ui/icons';
import { shortTime } from '../ui/when';

export interface Words {
  icon: string;
  text: string;
  /** Asks for a hand: where it is lent. */
  href?: string;
  warn?: boolean;
}

const DAY_MS = 86_400_000;

/** Delivered: submitted, and the server has all of it. To deliver: only on this phone, half-done ones too. */
export interface Counts {
  delivered: number;
  queued: number;
  parked: number;
}

export function countsOf(status: SyncStatus, rows: readonly EvaluationRow[]): Counts {
  return {
    delivered: rows.filter((row) => row.state !== 'open' && !status.queued_evaluations.has(row.id)).length,
    queued: status.queued_evaluations.size,
    parked: status.parked.length,
  };
}

export function countWords({ delivered, queued, parked }: Counts): string {
  const words = [m.team_delivered({ n: delivered }), m.team_to_deliver({ n: queued })];
  if (parked > 0) words.push(m.team_parked({ n: parked }));
  return words.join(' · ');
}

/** What hinders, if anything does: storage, login, version. These come before the network. */
function trouble(status: SyncStatus): Words | null {
  if (status.storage === 'none') return { icon: triangleAlert, text: m.phone_no_storage(), warn: true };
  if (status.storage === 'full') return { icon: triangleAlert, text: m.phone_storage_full(), warn: true };
  if (status.needs_login) return { icon: smartphone, text: m.phone_sign_in_again(), href: href.signIn };
  if (status.needs_update) return { icon: smartphone, text: m.phone_update_needed() };
  if (status.cannot_send) return { icon: cloudOff, text: m.phone_cannot_send() };
  return null;
}

/** The line under the name on a scoring page. */
export function headWords(status: SyncStatus, id: Id, deliveredAt: number | null, now: number): Words {
  const n = status.queued_evaluations.size;
  const stuck = trouble(status);
  if (stuck) return stuck;
  if (status.parked.some(({ record }) => record === id)) return { icon: lock, text: m.phone_parked_here(), href: href.phone };
  if (waitsLong(status, now)) return LONG();
  if (n > 0) return { icon: smartphone, text: status.sending ? m.phone_sending({ n }) : m.phone_saved_here({ n }) };
  if (deliveredAt !== null) return { icon: circleCheck, text: m.phone_delivered_at({ time: shortTime(deliveredAt, now) }) };
  return netWords(status, now);
}

/** A day is longer than any shift without network: from then on a person should do something. */
export const waitsLong = ({ oldest_unsent_at }: SyncStatus, now: number): boolean => oldest_unsent_at !== null && now - oldest_unsent_at > DAY_MS;
const LONG = (): Words => ({ icon: triangleAlert, text: m.phone_waiting_long(), href: href.phone, warn: true });

function netWords(status: SyncStatus, now: number): Words {
  switch (status.net) {
    case 'offline':
      return { icon: cloudOff, text: m.phone_offline() };
    case 'captive':
      return { icon: cloudOff, text: m.phone_captive() };
    case 'server_down':
      return { icon: cloudOff, text: m.phone_server_down() };
    default: {
      const at = status.last_contact_at;
      return at === null
        ? { icon: smartphone, text: m.phone_not_yet() }
        : { icon: cloud, text: m.phone_in_touch({ time: shortTime(at, now) }) };
    }
  }
}

/** The strip on the team page. */
export function stripWords(status: SyncStatus, now: number): Words {
  const stuck = trouble(status);
  if (stuck) return stuck;
  if (waitsLong(status, now)) return LONG();
  if (status.sending && status.queued > 0) return { icon: cloudUpload, text: m.phone_sending({ n: status.queued_evaluations.size }) };
  return netWords(status, now);
}
