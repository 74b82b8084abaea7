/** Locks a phone by itself: two minutes out of sight, or ten without a touch. Started only where a PIN stands in front. */
import type { Clock } from './clock';

export const HIDDEN_MS = 120_000;
export const IDLE_MS = 600_000;

const TOUCHES = ['pointerdown', 'keydown'] as const;
type Seen = Pick<Document, 'addEventListener' | 'removeEventListener' | 'visibilityState'>;

/** The returned function ends it. */
export function watchForLock(clock: Clock, seen: Seen, lock: () => void): () => void {
  let touched = clock.now();
  let hidden: number | null = null;
  let cancel = (): void => undefined;

  const overdue = (): boolean => clock.now() - touched >= IDLE_MS || (hidden !== null && clock.now() - hidden >= HIDDEN_MS);
  function look(): void {
    cancel();
    if (overdue()) return lock();
    const due = Math.min(touched + IDLE_MS, hidden === null ? Infinity : hidden + HIDDEN_MS);
    cancel = clock.after(due - clock.now(), look);
  }
  function touch(): void {
    // A frozen page's timers come late: what was due before this touch is due.
    if (overdue()) return look();
    touched = clock.now();
  }
  function turn(): void {
    const away = seen.visibilityState === 'hidden';
    if (away && hidden === null) hidden = clock.now();
    look();
    if (!away) hidden = null;
  }
  for (const kind of TOUCHES) seen.addEventListener(kind, touch, true);
  seen.addEventListener('visibilitychange', turn);
  look();
  return () => {
    cancel();
    for (const kind of TOUCHES) seen.removeEventListener(kind, touch, true);
    seen.removeEventListener('visibilitychange', turn);
  };
}
