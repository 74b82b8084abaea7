/**
 * The board as the server last answered it, asked for again every three seconds while somebody looks. While nothing
 * moves, a question costs an empty 304. What was shown stays when the server cannot be reached, with its time. Once
 * the login is lost nothing is asked any more: only signing in helps.
 */
import { api } from '../foundation/api';
import { realClock as clock } from '../foundation/clock';
import { ApiProblem } from '../foundation/problem';
import { problemWords } from '../foundation/words';
import type { components } from '../generated/api';

type Schemas = components['schemas'];
export type Board = Schemas['Board'];
export type Rater = Schemas['Rater'];
export type Cycle = Schemas['Cycle'];

export const POLL_MS = 3_000;
/** Cycles change when HR opens one, not while supervisors score: asked for every half minute. */
const CYCLES_EVERY = 10;

/** The open cycle whose deadline comes next; without one, the newest that was opened. The server lists the newest first. */
function dueNext(cycles: readonly Cycle[], now: number): Cycle | undefined {
  const due = (one: Cycle) => Date.parse(one.deadline_at);
  const ahead = cycles.filter((one) => one.state === 'open' && due(one) >= now).sort((a, b) => due(a) - due(b));
  return ahead[0] ?? cycles.find(({ state }) => state !== 'draft');
}

export class BoardView {
  cycles = $state.raw<Cycle[]>([]);
  board = $state.raw<Board | null>(null);
  /** Why the last question had no answer; "" when it had. */
  failed = $state('');
  /** `refused`: the server was reached and said no. */
  failure = $state<'none' | 'away' | 'refused' | 'login'>('none');
  /** When the server last answered. */
  heardAt = $state<number | null>(null);
  asked = $state(false);
  #chosen = $state<string | null>(null);
  #etag: string | null = null;
  #rounds = 0;
  #cancel: (() => void) | undefined;
  #closed = false;

  constructor() {
    document.addEventListener('visibilitychange', this.#wake);
    void this.#round();
  }

  get chosen(): string | null {
    return this.#chosen;
  }

  choose(cycleId: string): void {
    this.#chosen = cycleId;
    this.#forget();
    this.#wake();
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.();
    document.removeEventListener('visibilitychange', this.#wake);
  }

  #forget(): void {
    this.board = null;
    this.#etag = null;
  }

  #wake = (): void => {
    if (document.visibilityState !== 'visible') return;
    this.#cancel?.();
    void this.#round();
  };

  async #round(): Promise<void> {
    try {
      await this.#ask();
      this.failed = '';
      this.failure = 'none';
      this.heardAt = clock.now();
    } catch (error) {
      this.failed = problemWords(error);
      this.failure = !(error instanceof ApiProblem) ? 'away' : error.status === 401 ? 'login' : 'refused';
    }
    this.asked = true;
    this.#cancel?.();
    if (!this.#closed && document.visibilityState === 'visible' && (this.failure === 'none' || this.failure === 'away')) {
      this.#cancel = clock.after(POLL_MS, () => void this.#round());
    }
  }

  async #ask(): Promise<void> {
    if (this.board === null || this.#rounds % CYCLES_EVERY === 0) this.cycles = await api.get('/api/cycles');
    this.#rounds++;
    // Chosen once: a cycle that is opened meanwhile does not turn the page under its reader.
    this.#chosen ??= dueNext(this.cycles, clock.now())?.id ?? null;
    const id = this.chosen;
    if (id === null) return this.#forget();
    const changed = await api.getIfChanged('/api/completion/board', this.#etag, { cycle_id: id });
    if (this.#closed || id !== this.chosen || changed === null) return;
    this.board = changed.body;
    this.#etag = changed.etag;
  }
}
