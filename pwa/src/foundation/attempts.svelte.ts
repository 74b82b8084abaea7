/** What a desk's screens tell of the request that somebody waits for: ordinary requests, since a desk has a network. */
import { ApiProblem } from './problem';
import { problemWords } from './words';

export class Attempts {
  busy = $state(false);
  /** Why the last attempt came to nothing, in words; empty: it did not fail. */
  failed = $state('');
  /** It failed because this person may not. */
  refused = $state(false);

  /** False: it failed, and `failed` says why. */
  protected async attempt(act: () => Promise<void>): Promise<boolean> {
    this.busy = true;
    this.failed = '';
    try {
      await act();
      return true;
    } catch (error) {
      this.refused = error instanceof ApiProblem && error.status === 403;
      this.failed = problemWords(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
