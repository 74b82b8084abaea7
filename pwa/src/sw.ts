/// <reference lib="webworker" />
/**
 * The service worker keeps the shell and nothing else. It never sees /api, never holds an edit (the outbox
 * belongs to the page), and never takes over by itself: a new version waits until the person says yes, so a
 * save is never cut in two. Each file of the list is fetched with its hash, so that a captive portal's page
 * is never stored as ours. Where the browser can, it takes shell and assets out of the caches by itself, without
 * waiting for this worker to start: see ADR 0018.
 */
import { cacheNames } from 'workbox-core';
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute, type PrecacheEntry } from 'workbox-precaching';

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: PrecacheEntry[] };

/** https://w3c.github.io/ServiceWorker/#register-router-method; no library's types know it yet. */
interface Routed extends ExtendableEvent {
  addRoutes?(rules: { condition: Record<string, unknown>; source: { cacheName: string } }[]): Promise<void>;
}

const SHELLS = 'gemba-shell-';
const files = self.__WB_MANIFEST;

precacheAndRoute(files, { ignoreURLParametersMatching: [/.*/] });
cleanupOutdatedCaches();

const shell = createHandlerBoundToURL('index.html');

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.mode !== 'navigate') return;
  const url = new URL(request.url);
  if (url.pathname.startsWith('/api') || url.pathname.includes('.')) return;
  event.respondWith(shell({ request, url, event }));
});

self.addEventListener('message', (event) => {
  if ((event.data as { type?: string } | null)?.type === 'SKIP_WAITING') void self.skipWaiting();
});

self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

/** The page under the name by which it is asked for, beside no other version's. */
const page = files.find(({ url }) => url === 'index.html');
const shellCache = `${SHELLS}${page?.revision ?? ''}`;

async function keepShell(): Promise<void> {
  const answer = await fetch(new Request('index.html', { cache: 'reload', integrity: page?.integrity ?? '' }));
  if (!answer.ok) throw new Error(`the page: ${answer.status.toString()}`);
  await (await caches.open(shellCache)).put('/', answer);
}

self.addEventListener('install', (event: Routed) => {
  if (!event.addRoutes) return;
  const shellIs = { pathname: '/', search: '', hash: '*' };
  event.waitUntil(
    Promise.all([
      keepShell(),
      event.addRoutes([
        { condition: { urlPattern: new URLPattern(shellIs), requestMode: 'navigate' }, source: { cacheName: shellCache } },
        { condition: { urlPattern: '/assets/*' }, source: { cacheName: cacheNames.precache } },
      ]),
    ]),
  );
});

async function dropOldShells(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith(SHELLS) && name !== shellCache);
  await Promise.all(old.map((name) => caches.delete(name)));
}

self.addEventListener('activate', (event) => event.waitUntil(dropOldShells()));
