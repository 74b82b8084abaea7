/** Registering the service worker and noticing a newer one: the half of update.svelte.ts that no first screen needs. */
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

export interface Heard {
  /** A newer app is on this phone; this worker waits to bring it. */
  offer(worker: ServiceWorker): void;
  /** Another tab said yes: this one goes on with what it has, and may load anew when it likes. */
  replaced(): void;
}

export async function register({ offer, replaced }: Heard): Promise<void> {
  const had = navigator.serviceWorker.controller !== null;
  const registration = await navigator.serviceWorker
    .register(workerUrl(), { scope: '/', updateViaCache: 'none' })
    .catch(() => null);
  if (!registration) return;
  if (had && registration.waiting) offer(registration.waiting);
  registration.addEventListener('updatefound', () => {
    const fresh = registration.installing;
    fresh?.addEventListener('statechange', () => {
      if (fresh.state === 'installed' && navigator.serviceWorker.controller) offer(fresh);
    });
  });
  if (had) navigator.serviceWorker.addEventListener('controllerchange', replaced);
  let lookedAt = 0;
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible' || Date.now() - lookedAt < LOOK_EVERY_MS) return;
    lookedAt = Date.now();
    void registration.update().catch(() => undefined);
  });
}
