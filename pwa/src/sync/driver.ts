/**
 * Turns the planner's word into deeds: runs rounds one after the other, sleeps as long as it says, and wakes when
 * something happens. It holds the line's state, which a restart may forget.
 */
import type { Chance } from '../foundation/chance';
import type { Clock } from '../foundation/clock';
import type { Exclusive } from '../foundation/exclusive';
import { FRESH_LINE, learn, type Line, plan, type QueueItem, refreshed } from './planner';
import type { RoundEnd } from './round';

/** A server that says "there is more" for ever must not keep a phone awake for ever. */
const MOST_AGAIN = 100;

export interface DriverParts {
  /** Name of the lock that tabs share. */
  lock: string;
  exclusive: Exclusive;
  clock: Clock;
  chance: Chance;
  queue: () => QueueItem[];
  visible: () => boolean;
  /** `lastError`: how the round before failed; null when it did not. */
  round: (ns: readonly number[], lastError: string | null) => Promise<RoundEnd>;
  /** Takes the edit out of the way, for no server will have it. */
  setAside: (n: number) => Promise<void>;
  /** After each step: the line, and whether a push is under way. */
  changed: (line: Line, sending: boolean) => void;
  /** After each round that ended somehow. */
  ended: (end: RoundEnd) => Promise<void>;
}

export class Driver {
  #line: Line = FRESH_LINE;
  #asked = false;
  #unfinished = false;
  #again = 0;
  #lastRoundAt: number | null = null;
  #running = false;
  #woken = false;
  #closed = false;
  #wake: () => void = () => undefined;

  constructor(private readonly parts: DriverParts) {}

  /** Something happened that makes a round worth while. `hopeful`: earlier failures say nothing any more. */
  poke(hopeful: boolean): void {
    this.#asked = true;
    if (hopeful) this.#line = refreshed(this.#line, 'event');
    void this.#run();
  }

  /** The login is back. */
  renewed(): void {
    this.#line = refreshed(this.#line, 'login');
    this.#asked = true;
    void this.#run();
  }

  close(): void {
    this.#closed = true;
    this.#wake();
  }

  async #run(): Promise<void> {
    this.#woken = true;
    if (this.#running) return;
    this.#running = true;
    this.#wake();
    try {
      // What happens during a step is looked at after it, never dropped.
      while (this.#woken && !this.#closed) {
        this.#woken = false;
        while (await this.#step());
      }
    } finally {
      this.#running = false;
    }
  }

  /** False: nothing to do until `#wake`. */
  async #step(): Promise<boolean> {
    const { parts } = this;
    const next = plan({
      now: parts.clock.now(),
      queue: parts.queue(),
      line: this.#line,
      visible: parts.visible(),
      asked: this.#asked,
      unfinished: this.#unfinished,
      last_round_at: this.#lastRoundAt,
    });
    if (this.#closed) return false;
    if (next.do === 'wait') {
      this.#sleep(next.until);
      return false;
    }
    this.#asked = false;
    parts.changed(this.#line, next.ns.length > 0);
    await this.#oneRound(next.ns);
    parts.changed(this.#line, false);
    return true;
  }

  async #oneRound(ns: readonly number[]): Promise<void> {
    const { parts } = this;
    let end: RoundEnd;
    try {
      end = await parts.exclusive(parts.lock, () => parts.round(ns, this.#line.last_error));
    } catch {
      // Storage failed under the round: nothing was deleted, the edits are asked about again later.
      end = { outcome: { was: 'refused' }, pulled: null, full: false };
    }
    const lesson = learn(this.#line, end.outcome, parts.clock.now(), parts.chance.fraction());
    this.#line = lesson.line;
    this.#lastRoundAt = parts.clock.now();
    this.#again = end.pulled?.again ? this.#again + 1 : 0;
    this.#unfinished = this.#again > 0 && this.#again < MOST_AGAIN;
    if (lesson.set_aside !== null) await parts.setAside(lesson.set_aside);
    await parts.ended(end);
  }

  #sleep(until: number | null): void {
    this.#wake();
    if (until === null) return;
    this.#wake = this.parts.clock.after(Math.max(0, until - this.parts.clock.now()), () => void this.#run());
  }
}
