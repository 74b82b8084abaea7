/// <reference lib="webworker" />
/**
 * The service worker keeps the shell and nothing else. It never sees /api, never holds an edit (the outbox
 * belongs to the page), and never takes over by itself: a new version waits until the person says yes, so a
 * save is never cut in two. Each file of the list is fetched with its hash, so that a captive portal's page
 * is never stored as ours.
 */
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching';

declare const self: ServiceWorkerGlobalScope;

precacheAndRoute(self.__WB_MANIFEST, { ignoreURLParametersMatching: [/.*/] });
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
