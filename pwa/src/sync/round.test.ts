import { READS } from '../generated/wire-columns';
import { beforeEach, describe, expect, test } from 'vitest';
import type { UserDb } from '../db/user-db';
import type { Credentials } from '../foundation/credentials';
import type { Answer } from '../foundation/post';
import { setAside } from './aside';
import { Outbox } from './outbox';
import { round, type RoundParts } from './round';
import { ANN, answering, DEVICE, freshDb, json, page, problem, ScriptedServer, TestChance, TestClock } from './testing';

let db: UserDb;
let outbox: Outbox;
let server: ScriptedServer;
let parts: RoundParts;
let refreshes: (boolean | 'offline')[];
let csrf: string | null;

beforeEach(async () => {
  db = await freshDb();
  const clock = new TestClock();
  outbox = new Outbox(db, DEVICE, ANN, clock);
  server = new ScriptedServer();
  refreshes = [];
  csrf = 'c1';
  const credentials: Credentials = {
    csrf: () => Promise.resolve(csrf),
    refresh: async () => {
      const end = refreshes.shift() ?? false;
      if (end === 'offline') throw new Error('offline');
      if (end) csrf = 'c2';
      return end;
    },
  };
  parts = { db, outbox, post: server.post, credentials, clock, chance: new TestChance() };
});
const append = () => outbox.append({ record: 'E1', field: 'score/1', op: 'set', value: 4, base: null });
const queued = () => db.read(['outbox'], (tx) => tx.objectStore('outbox').count());

test('a round sends what waits, says how much, and writes the answer down', async () => {
  await append();
  server.then(answering({ receipts: [[1, 'a']], scopes: [`rate:${ANN}`], deltas: [[0, 0, 20, 0, {}, []]] }));
  const end = await round(parts, [1]);
  expect(end.outcome).toEqual({ was: 'answered' });
  expect(await queued()).toBe(0);
  const [request] = server.bodies;
  expect([request?.[0], request?.[1], request?.[4], request?.[5], request?.[7]]).toEqual([1, DEVICE, '', [], 1]);
  expect(server.headers[0]).toMatchObject({ 'X-CSRF-TOKEN': 'c1' });
});

test('the next round says what is held now', async () => {
  server.then(answering({ scopes: [`rate:${ANN}`, 'lib'], deltas: [[0, 0, 20, 0, {}, []]] }), answering({ seq: 25 }));
  await round(parts, []);
  await round(parts, []);
  expect(server.bodies[1]?.slice(2, 7)).toEqual(['ep', expect.any(String), 'acc', [20, -1], 0]);
});

describe('no answer but ours is believed', () => {
  const stale = answering({ receipts: [[1, 'a']] });
  test.each<[string, (request: unknown[]) => Answer, string]>([
    ['no network', () => ({ got: 'offline' }), 'offline'],
    ['a time-out', () => ({ got: 'timeout' }), 'timeout'],
    ['a portal that redirects', () => ({ got: 'captive' }), 'captive'],
    ['a portal that answers 200 with a page', () => page(200), 'captive'],
    ['200 with JSON of somebody else', () => json({ ok: true }), 'captive'],
    ['an answer to another request', (request) => stale([...request.slice(0, 3), 'older', ...request.slice(4)]), 'captive'],
    ['an answer with cells that are not what they should be', (request) => json([1, request[3], 'ep', 'acc', 20, [[1]], 0, [], [], 0]), 'captive'],
    ['a portal that asks for a login', () => page(401), 'captive'],
    ['511', () => page(511), 'captive'],
    ['a server that is down', () => page(502), 'server_down'],
    ['a fault of the server', () => problem('internal', 500), 'server_down'],
    ['an overload', () => problem('busy', 503), 'busy'],
    ['too many requests', () => page(429), 'busy'],
    ['a proxy that forbids', () => page(403), 'foreign'],
    ['a proxy that finds nothing', () => page(404), 'foreign'],
    ['a proxy to which it is too large', () => page(413), 'foreign'],
    ['a proxy that calls it a bad request', () => page(400), 'foreign'],
    ['a proxy that calls the app too old', () => page(426), 'foreign'],
    ['JSON with the status of a bad request and no code of ours', () => json({ error: 'x' }, 400), 'foreign'],
    ['a problem of somebody else', () => problem('request_too_funny', 400), 'refused'],
    ['forbidden by us', () => problem('not_allowed', 403), 'refused'],
    ['too large to us', () => problem('too_large', 413), 'too_big'],
    ['bytes that arrived spoilt', () => problem('bad_json', 400), 'too_big'],
    ['an envelope that the server cannot read', () => problem('sync_malformed', 422), 'too_big'],
    ['a cookie of another person', () => problem('author_mismatch', 403), 'needs_login'],
    ['an app that is too old', () => problem('update_needed', 426), 'update_needed'],
    ['a server that is older than this app', () => problem('protocol_too_new', 409), 'server_old'],
  ])('%s keeps every edit', async (_name, answer, was) => {
    await append();
    server.then(answer);
    expect((await round(parts, [1])).outcome.was).toBe(was);
    expect(await queued()).toBe(1);
  });
});

describe('a login that ran out', () => {
  test('is renewed once and the same edits go again unchanged', async () => {
    await append();
    refreshes = [true];
    server.then(() => problem('auth_required', 401), answering({ receipts: [[1, 'a']] }));
    expect((await round(parts, [1])).outcome.was).toBe('answered');
    expect(server.bodies[1]).toEqual(server.bodies[0]);
    expect(server.headers.map((one) => one['X-CSRF-TOKEN'])).toEqual(['c1', 'c2']);
  });

  test('and cannot be renewed pauses, and keeps the edit', async () => {
    await append();
    server.then(() => problem('auth_required', 401));
    expect((await round(parts, [1])).outcome.was).toBe('needs_login');
    expect(await queued()).toBe(1);
  });

  test('and whose renewal found no server is only offline', async () => {
    refreshes = ['offline'];
    server.then(() => problem('auth_required', 401));
    expect((await round(parts, [])).outcome.was).toBe('offline');
  });

  test('after a sign-out nothing is sent at all', async () => {
    csrf = null;
    expect((await round(parts, [])).outcome.was).toBe('needs_login');
    expect(server.bodies).toEqual([]);
  });
});

test('an edit that was sent and got no answer goes again with the very same content', async () => {
  await append();
  server.then(() => ({ got: 'offline' }), answering({ receipts: [[1, 'a']] }));
  await round(parts, [1]);
  await append();
  await round(parts, [1]);
  expect(server.bodies[1]?.[6]).toEqual(server.bodies[0]?.[6]);
});

test('a phone that is stuck says how often it tried and why; one that is not says what it reads, and with a push its time', async () => {
  await append();
  const offline = () => ({ got: 'offline' }) as const;
  server.then(offline, offline, offline, offline, answering({ receipts: [[1, 'a']] }), answering({}));
  for (let i = 0; i < 4; i++) await round(parts, [1], i ? 'offline' : null);
  await round(parts, [1], 'offline');
  await outbox.inTurn(() => outbox.take(1, [])); // as the phone reads the disk after a round
  await round(parts, []);
  const at = expect.any(Number) as number;
  expect(server.bodies.map((body) => body.slice(9))).toEqual([[0, '', READS, at], [0, '', READS, at], [0, '', READS, at], [4, 'offline', READS, at], [5, 'offline', READS, at], [0, '', READS]]);
});

test('an edit that was set aside is told from the first round on', async () => {
  await append();
  await setAside(outbox, 1);
  server.then(answering({}));
  await round(parts, []);
  expect(server.bodies[0]?.slice(7)).toEqual([1, 0, 0, 'set_aside', READS]);
});
