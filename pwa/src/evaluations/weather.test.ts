import { expect, test } from 'vitest';
import { overwriteGetLocale } from '../generated/paraglide/runtime.js';
import { QUIET } from '../sync/status';
import type { Net, SyncStatus } from '../sync/types';
import { circleCheck, triangleAlert } from '../ui/icons';
import { headWords, stripWords } from './weather';

overwriteGetLocale(() => 'en');
const NOW = 1_795_537_890_000;
const NETS: Net[] = ['unknown', 'reached', 'offline', 'captive', 'server_down'];
const changes: Partial<SyncStatus>[] = [
  {}, { queued: 1, queued_evaluations: new Set(['e']) }, { sending: true }, { needs_login: true }, { needs_update: true },
  { cannot_send: true }, { storage: 'none' }, { storage: 'full' }, { oldest_unsent_at: 1 },
];
const all = NETS.flatMap((net) => [null, NOW].flatMap((last_contact_at) => changes.map((change): SyncStatus => ({ ...QUIET, net, last_contact_at, ...change }))));

test('a tick means delivered: no state of the network has one', () => {
  for (const status of all) {
    expect(stripWords(status, NOW).icon).not.toBe(circleCheck);
    expect(headWords(status, 'e', null, NOW).icon).not.toBe(circleCheck);
  }
});

test('what a receipt confirmed has one, unless something of this person still waits', () => {
  expect(headWords({ ...QUIET, net: 'offline' }, 'e', NOW, NOW).icon).toBe(circleCheck);
  expect(headWords({ ...QUIET, queued_evaluations: new Set(['e']) }, 'e', NOW, NOW).icon).not.toBe(circleCheck);
});

test('work that has waited longer than a day is warned of on the team page and on every scoring page', () => {
  const waiting = { ...QUIET, queued: 1, queued_evaluations: new Set(['e']), oldest_unsent_at: NOW - 86_400_001 };
  for (const words of [stripWords(waiting, NOW), headWords(waiting, 'e', null, NOW), headWords(waiting, 'f', NOW, NOW)]) {
    expect(words).toMatchObject({ icon: triangleAlert, warn: true, href: '#/phone' });
  }
  const fresh = { ...waiting, oldest_unsent_at: NOW - 86_399_999 };
  expect([stripWords(fresh, NOW).warn, headWords(fresh, 'e', null, NOW).warn]).toEqual([undefined, undefined]);
});

test('where nothing is held nothing is counted', () => {
  for (const trouble of [{ needs_login: true }, { needs_update: true }, { cannot_send: true }]) {
    expect(stripWords({ ...QUIET, ...trouble }, NOW).text).not.toMatch(/\d/);
  }
});
