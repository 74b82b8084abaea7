/**
 * When it is worth asking the planner: at the start, when the app is seen again, when the browser believes in a
 * network, shortly after a save. `navigator.onLine` proves nothing, so none of these says whether a round will work.
 */
import type { Clock } from '../foundation/clock';

/** A short rest after a save, so that a quick correction still replaces the edit instead of following it. */
export const AFTER_SAVE_MS = 400;

export interface Surroundings {
  /** Window: online. */
  window: Pick<EventTarget, 'addEventListener' | 'removeEventListener'>;
  /** Document: visibilitychange. */
  document: Pick<Document, 'addEventListener' | 'removeEventListener' | 'visibilityState'>;
}

export class Triggers {
  #cancelSave: () => void = () => undefined;
  #close: () => void;

  constructor(
    private readonly clock: Clock,
    private readonly poke: (hopeful: boolean) => void,
    around: Surroundings,
  ) {
    const online = (): void => poke(true);
    const seen = (): void => {
      if (around.document.visibilityState === 'visible') poke(true);
    };
    around.window.addEventListener('online', online);
    around.document.addEventListener('visibilitychange', seen);
    this.#close = () => {
      around.window.removeEventListener('online', online);
      around.document.removeEventListener('visibilitychange', seen);
    };
  }

  started(): void {
    this.poke(true);
  }

  saved(): void {
    this.#cancelSave();
    this.#cancelSave = this.clock.after(AFTER_SAVE_MS, () => this.poke(false));
  }

  /** A person asks. */
  tapped(): void {
    this.poke(true);
  }

  close(): void {
    this.#cancelSave();
    this.#close();
  }
}
