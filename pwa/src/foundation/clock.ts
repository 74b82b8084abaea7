/** Time as the rest of the app may know it: injected, so that a test can hold it still. */
export interface Clock {
  /** Milliseconds since 1970, by this phone's clock. Shown and sent, never a judge of who wins. */
  now(): number;
  /** Calls once after `ms` milliseconds; the returned function takes it back. */
  after(ms: number, then: () => void): () => void;
}

export const realClock: Clock = {
  now: () => Date.now(),
  after(ms, then) {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
};
