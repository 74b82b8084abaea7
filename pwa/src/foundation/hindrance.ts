/** Why a phone does not get rid of its edits, by the code that it tells itself and the server. For sheets that load late. */
import { m } from '../generated/paraglide/messages.js';

const WORDS: Record<string, () => string> = {
  offline: m.hindered_offline,
  timeout: m.hindered_timeout,
  captive: m.hindered_captive,
  server_down: m.hindered_server_down,
  busy: m.hindered_busy,
  refused: m.hindered_refused,
  foreign: m.hindered_foreign,
  needs_login: m.hindered_needs_login,
  update_needed: m.hindered_update_needed,
  server_old: m.hindered_server_old,
  too_big: m.hindered_set_aside,
  set_aside: m.hindered_set_aside,
  held: m.hindered_held,
  retry_wait: m.hindered_busy,
};

/** A code of a newer phone is shown as it is rather than hidden. */
export const hindranceWords = (code: string): string => WORDS[code]?.() ?? code;
