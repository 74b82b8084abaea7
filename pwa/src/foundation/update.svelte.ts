/**
 * Tells when a newer app lies ready. Nothing changes under a person's hands: the new worker waits until `apply` is
 * called, and only the tab that called it loads itself anew.
 */
import type { Heard } from './worker';

export class AppUpdate implements Heard {
  /** A newer app is on this phone and waits for consent. */
  ready = $state(false);
  #waiting: ServiceWorker | null = null;

  /** Call once, when the first screen is drawn. */
  start(): void {
    if (!('serviceWorker' in navigator)) return;
    import('./worker').then(({ register }) => register(this)).catch(() => undefined); // at the next start, then
  }

  /** Takes the newer app into use and loads it. */
  apply(): void {
    if (!this.#waiting) {
      location.reload();
      return;
    }
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
    this.#waiting.postMessage({ type: 'SKIP_WAITING' });
  }

  offer = (worker: ServiceWorker): void => {
    this.#waiting = worker;
    this.ready = true;
  };

  replaced = (): void => {
    this.ready = true;
  };
}

export const appUpdate = new AppUpdate();
