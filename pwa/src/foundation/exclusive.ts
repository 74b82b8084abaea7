/** Runs `work` while no other tab of this origin runs one of that name. */
export type Exclusive = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/**
 * A Web Lock with a time-out: a frozen background tab may hold one for ever. After that, and where there are no locks,
 * the work runs all the same: the server's dedupe keeps it right, the lock only keeps it cheap.
 */
export function exclusiveByLock(waitMs: number): Exclusive {
  return async (name, work) => {
    if (!('locks' in navigator)) return work();
    let begun = false;
    try {
      return await navigator.locks.request(name, { signal: AbortSignal.timeout(waitMs) }, () => {
        begun = true;
        return work();
      });
    } catch (error) {
      if (begun) throw error;
      return work();
    }
  };
}
