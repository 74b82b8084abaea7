/**
 * Registers the service worker and tells when a newer app lies ready. Nothing changes under a person's hands: the new
 * worker waits until `apply` is called, and only the tab that called it loads itself anew.
 */
const WORKER = '/sw.js';
const LOOK_EVERY_MS = 3_600_000;

interface ScriptPolicy {
  createScriptURL(url: string): unknown;
}
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): ScriptPolicy;
}

/** The strict content policy allows a worker's address from this policy alone, and it knows one address. */
function workerUrl(): string {
  const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
  if (!types) return WORKER;
  const policy = types.createPolicy('gemba-sw', {
    createScriptURL(url) {
      if (url !== WORKER) throw new TypeError(url);
      return url;
    },
  });
  return policy.createScriptURL(WORKER) as string;
}

export class AppUpdate {
  /** A newer app is on this phone and waits for consent. */
  ready = $state(false);
  #waiting: ServiceWorker | null = null;
  #lookedAt = 0;

  /** Call once at the start; registers after the page has loaded, so that it costs the first paint nothing. */
  start(): void {
    if (!('serviceWorker' in navigator)) return;
    if (document.readyState === 'complete') void this.#register();
    else window.addEventListener('load', () => void this.#register(), { once: true });
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

  async #register(): Promise<void> {
    const had = navigator.serviceWorker.controller !== null;
    const registration = await navigator.serviceWorker
      .register(workerUrl(), { scope: '/', updateViaCache: 'none' })
      .catch(() => null);
    if (!registration) return;
    if (had && registration.waiting) this.#offer(registration.waiting);
    registration.addEventListener('updatefound', () => {
      const fresh = registration.installing;
      fresh?.addEventListener('statechange', () => {
        if (fresh.state === 'installed' && navigator.serviceWorker.controller) this.#offer(fresh);
      });
    });
    // Another tab said yes: this one goes on with what it has, and may load anew when it likes.
    if (had) navigator.serviceWorker.addEventListener('controllerchange', () => (this.ready = true));
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState !== 'visible' || Date.now() - this.#lookedAt < LOOK_EVERY_MS) return;
      this.#lookedAt = Date.now();
      void registration.update().catch(() => undefined);
    });
  }

  #offer(worker: ServiceWorker): void {
    this.#waiting = worker;
    this.ready = true;
  }
}

export const appUpdate = new AppUpdate();
