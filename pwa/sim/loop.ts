/**
 * The simulation's event loop. IndexedDB's steps, messages between tabs and timers run when the seed says so, one after
 * the other, and everything that follows from one step has happened before the next begins. No step waits for real time.
 */
const realImmediate = setImmediate;
let tasks: (() => void)[] = [];

/** fake-indexeddb looks this up anew for each of its steps. */
(globalThis as { setImmediate: unknown }).setImmediate = (then: () => void): void => void tasks.push(then);

export const queueTask = (then: () => void): void => void tasks.push(then);

/** Every promise that can go on without a task has gone on after this. */
const drained = (): Promise<void> => new Promise((resolve) => realImmediate(resolve));

/** Runs at most `most` steps; true when nothing was left to do. */
export async function settle(most = Infinity): Promise<boolean> {
  await drained();
  for (let left = most; left > 0; left--) {
    const task = tasks.shift();
    if (!task) return true;
    try {
      task();
    } catch {
      // A handler of a page that is gone; a real browser reports it to nobody either.
    }
    await drained();
  }
  return tasks.length === 0;
}

/** Runs the loop until `work` has an end. */
export async function through<T>(work: Promise<T>): Promise<T> {
  let done = false;
  const ended = work.finally(() => (done = true));
  ended.catch(() => undefined);
  await settle();
  if (!done) throw new Error('it waits for something that never comes');
  return ended;
}

export function forgetTasks(): void {
  tasks = [];
}

export interface Timer {
  at: number;
  order: number;
  then: () => void;
}

/** Virtual time. Timers ring by it; what a phone's wall clock says is a phone's own affair. */
export class Time {
  now = 0;
  #timers = new Set<Timer>();
  #order = 0;

  after(ms: number, then: () => void): () => void {
    const timer = { at: this.now + Math.ceil(Math.max(0, ms)), order: this.#order++, then };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** When the next timer rings; null: none. */
  get next(): number | null {
    let next: number | null = null;
    for (const { at } of this.#timers) if (next === null || at < next) next = at;
    return next;
  }

  /** Moves on to `at`, ringing what is due on the way, each after what the one before it caused has happened. */
  async moveTo(at: number): Promise<void> {
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.at <= at).sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (!due) break;
      this.#timers.delete(due);
      this.now = Math.max(this.now, due.at);
      due.then();
      await settle();
    }
    this.now = Math.max(this.now, at);
  }
}
