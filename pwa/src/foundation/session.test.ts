import { beforeEach, describe, expect, test } from 'vitest';
import { overwriteGetLocale } from '../generated/paraglide/runtime.js';
import { Api } from './api';
import type { Login } from './credentials';
import type { Entered, KnownUser, Opened, PeopleStore, PhoneState, Secrets, User } from './people';
import { ApiProblem, Unreachable } from './problem';
import { Session } from './session.svelte';

const user = (id: string): User => ({
  person_id: id,
  employee_no: id,
  name_zh: id,
  name_en: id,
  roles: [],
  plant: { code: 'north', name_zh: '北厂', name_en: 'North', time_zone: 'Asia/Shanghai' },
});

class Shelf implements PeopleStore {
  held = new Map<string, Secrets>();
  gone = new Set<string>();
  current: User | null = null;
  /** Behind a PIN and not open. */
  shut = new Set<string>();
  entered: Entered = 'in';
  phone: PhoneState | null = null;
  forgotten: string[] = [];
  unlock = async (who: User): Promise<Opened> => {
    this.shut.delete(who.person_id);
    return { was: 'open' };
  };
  lock = (who: User) => void this.shut.add(who.person_id);
  guard = () => Promise.resolve({ guarded: this.pin !== null, shared: this.phone?.shared ?? false });
  pin: string | null = null;
  protect = async (_who: User, pin: string | null) => {
    this.pin = pin;
    this.entered = 'in';
    return 'done' as const;
  };
  remember = async (phone: PhoneState) => void (this.phone = phone);
  forget = async (who: User) => void this.forgotten.push(who.person_id);
  deviceId = () => Promise.resolve('D');
  last = () => Promise.resolve(this.current);
  all = () =>
    Promise.resolve(['ann', 'bo'].map((id): KnownUser => ({ ...user(id), queued: 2, last_used_at: 1, can_enter_offline: !this.gone.has(id), locked: this.shut.has(id), platform: false, here: false })));
  enter = async (who: User, secrets: Secrets | null): Promise<Entered> => {
    if (this.shut.has(who.person_id)) return 'locked';
    if (this.entered !== 'in') return this.entered;
    this.current = who;
    if (secrets) this.held.set(who.person_id, secrets);
    return 'in';
  };
  secrets = (who: User) => Promise.resolve(this.held.get(who.person_id) ?? null);
  renew = async (who: User, secrets: Secrets) => {
    if (this.gone.has(who.person_id)) return false;
    this.held.set(who.person_id, secrets);
    return true;
  };
  leave = async () => void (this.current = null);
  signOut = async (who: User) => {
    this.held.delete(who.person_id);
    this.gone.add(who.person_id);
    this.current = null;
  };
}

type Reply = { status: number; body: unknown; type?: string } | 'offline';
let shelf: Shelf;
let session: Session;
let api: Api;
let replies: Reply[];
let beforeAnswer: (path: string) => Promise<void>;
let calls: { path: string; csrf: string | null; body: unknown }[];
const ok = (body: unknown): Reply => ({ status: 200, body });
const problem = (code: string, status: number): Reply => ({ status, body: { code, params: {} }, type: 'application/problem+json' });
const welcome = (id: string, csrf: string) => ok({ user: user(id), csrf, refresh_csrf: `${csrf}r`, phone: { shared: false, lost: false }, drain_only: false, recovery: { id: 'r', secret: 's' } });

beforeEach(() => {
  overwriteGetLocale(() => 'en');
  shelf = new Shelf();
  replies = [];
  calls = [];
  beforeAnswer = () => Promise.resolve();
  const send = async (path: string, init: RequestInit): Promise<Response> => {
    const body: unknown = init.body === undefined ? null : JSON.parse(init.body as string);
    calls.push({ path, csrf: new Headers(init.headers).get('X-CSRF-TOKEN'), body });
    await beforeAnswer(path);
    const reply = replies.shift() ?? 'offline';
    if (reply === 'offline') throw new TypeError('failed to fetch');
    return new Response(JSON.stringify(reply.body), { status: reply.status, headers: { 'Content-Type': reply.type ?? 'application/json' } });
  };
  const login: Login = { held: null };
  api = new Api(login, send as typeof fetch);
  session = new Session({ people: shelf, login, api: () => Promise.resolve(api), exclusive: (_name, work) => work(), agent: 'Mozilla/5.0 (Linux; Android 14) Chrome/140' });
});

test('a start with nobody here ends at the sign-in page with the people of this phone', async () => {
  await session.start();
  expect(session.state).toBe('signed_out');
  expect(session.known.map(({ person_id, queued }) => [person_id, queued])).toEqual([['ann', 2], ['bo', 2]]);
});

test('a start asks no network: whoever was here is signed in', async () => {
  shelf.current = user('ann');
  await session.start();
  expect([session.state, session.user?.person_id, calls]).toEqual(['signed_in', 'ann', []]);
});

test('signing in tells the server which phone this is and keeps what it gives', async () => {
  replies = [welcome('ann', 'c1')];
  await session.signIn({ plant: 'north', employee_no: '0101', password: 'four words in a row' });
  expect(calls[0]).toMatchObject({ path: '/api/auth/login', body: { device: 'D', device_label: 'Android · Chrome', plant: 'north' } });
  expect(await session.csrf()).toBe('c1');
});

test('a refused login leaves everything as it was', async () => {
  await session.start();
  replies = [problem('login_failed', 401)];
  const trying = session.signIn({ plant: 'north', employee_no: '1', password: 'x' });
  await expect(trying).rejects.toMatchObject({ code: 'login_failed', status: 401 });
  expect([session.state, calls.length]).toEqual(['signed_out', 1]);
});

describe('a login that ran out', () => {
  beforeEach(async () => {
    replies = [welcome('ann', 'c1')];
    await session.signInDemo({ plant: 'north', employee_no: '0101' });
    calls = [];
  });

  test('is renewed under a request, which is made once more', async () => {
    replies = [problem('auth_required', 401), welcome('ann', 'c2'), ok({ done: true })];
    expect(await api.post('/api/cycles', {} as never)).toEqual({ done: true });
    expect(calls.map(({ path, csrf }) => [path, csrf])).toEqual([
      ['/api/cycles', 'c1'],
      ['/api/auth/refresh', 'c1r'],
      ['/api/cycles', 'c2'],
    ]);
  });

  test('and cannot be renewed is told to the caller, and the person stays', async () => {
    replies = [problem('auth_required', 401), problem('auth_required', 401)];
    await expect(api.get('/api/cycles')).rejects.toBeInstanceOf(ApiProblem);
    expect([session.state, session.user?.person_id]).toEqual(['signed_in', 'ann']);
  });

  test('is not renewed twice when another tab was faster', async () => {
    shelf.held.set('ann', { csrf: 'c9', refresh_csrf: 'c9r' });
    expect(await session.refresh('c1')).toBe(true);
    expect(calls).toEqual([]);
  });

  test('says nothing about the login when no server is found', async () => {
    replies = ['offline'];
    await expect(session.refresh('c1')).rejects.toBeInstanceOf(Unreachable);
    expect(await session.csrf()).toBe('c1');
  });

  test('and came back tells whoever waits, and keeps the same person', async () => {
    let renewed = 0;
    session.onRenewed(() => renewed++);
    const before = session.user;
    replies = [welcome('ann', 'c5')];
    await session.signIn({ plant: 'north', employee_no: '0101', password: 'p' });
    expect([renewed, session.user === before]).toEqual([1, true]);
  });
});

describe('several people on one phone', () => {
  test('who has not signed out goes on without network', async () => {
    await session.useOffline('bo');
    expect([session.user?.person_id, calls]).toEqual(['bo', []]);
  });

  test('who has signed out needs a login', async () => {
    shelf.gone.add('bo');
    await expect(session.useOffline('bo')).rejects.toMatchObject({ code: 'not_on_this_phone' });
    expect(session.user).toBeNull();
  });

  test('signing out works without network', async () => {
    replies = [welcome('ann', 'c1'), 'offline'];
    await session.signInDemo({ plant: 'north', employee_no: '0101' });
    await session.signOut();
    expect([session.state, session.user]).toEqual(['signed_out', null]);
    expect(calls.at(-1)).toMatchObject({ path: '/api/auth/logout', csrf: 'c1' });
  });

  test('with a short-lived pass that has run out it is refreshed once, to end the session on the server too', async () => {
    replies = [welcome('ann', 'c1'), problem('auth_required', 401), welcome('ann', 'c2'), { status: 200, body: {} }];
    await session.signInDemo({ plant: 'north', employee_no: '0101' });
    await session.signOut();
    expect(calls.slice(-3).map(({ path, csrf }) => [path, csrf])).toEqual([
      ['/api/auth/logout', 'c1'],
      ['/api/auth/refresh', 'c1r'],
      ['/api/auth/logout', 'c2'],
    ]);
    expect(shelf.held.size).toBe(0);
  });
});

test('a renewal that the server answers after the sign-out brings nothing back, and ends on the server too', async () => {
  replies = [welcome('ann', 'c1'), ok({})];
  await session.signInDemo({ plant: 'north', employee_no: '0101' });
  let answer = (): void => undefined;
  beforeAnswer = (path) => (path === '/api/auth/refresh' ? new Promise((then) => (answer = then)) : Promise.resolve());
  const renewing = session.refresh('c1');
  await new Promise((then) => setTimeout(then, 0));
  await session.signOut();
  replies = [welcome('ann', 'c2'), ok({})];
  answer();
  expect(await renewing).toBe(false);
  expect(shelf.held.size).toBe(0);
  expect(calls.at(-1)).toMatchObject({ path: '/api/auth/logout', csrf: 'c2' });
});

test.each<[Reply, string]>([
  ['offline', 'offline'],
  [{ status: 200, body: '<html>', type: 'text/html' }, 'captive'],
  [{ status: 502, body: '<html>', type: 'text/html' }, 'server_down'],
])('an answer that is not ours says why: %j is %s', async (reply, why) => {
  replies = [reply];
  await expect(session.doors()).rejects.toMatchObject({ name: 'Unreachable', why });
});

describe('behind a PIN', () => {
  test('somebody who is locked opens without a network', async () => {
    shelf.shut.add('ann');
    await session.start();
    await session.useOffline('ann');
    expect([session.user, session.waiting]).toMatchObject([null, { for: 'locked' }]);
    expect(await session.unlock('ann', { pin: '271839' })).toEqual({ was: 'open' });
    expect([session.user?.person_id, session.waiting, calls]).toEqual(['ann', null, []]);
  });

  test('on a shared phone nobody is in before a PIN is chosen, and then with the login that was given', async () => {
    shelf.entered = 'choose_pin';
    replies = [welcome('ann', 'c1')];
    await session.signIn({ plant: 'north', employee_no: '0101', password: 'x' });
    expect([session.user, session.waiting?.for, shelf.held.size]).toEqual([null, 'choose_pin', 0]);
    expect(await session.protect('271839', false)).toBe('done');
    expect([session.user?.person_id, session.guarded, await session.csrf()]).toEqual(['ann', true, 'c1']);
  });

  test('whoever has forgotten it chooses another one after the login', async () => {
    await session.start();
    session.forgetPin('ann');
    replies = [welcome('ann', 'c1')];
    await session.signIn({ plant: 'north', employee_no: '0101', password: 'x' });
    expect(session.waiting?.for).toBe('choose_pin');
    await session.protect('271839', false);
    expect(session.user?.person_id).toBe('ann');
  });

  test('the key goes only after what is being written is on the disk', async () => {
    shelf.pin = '271839';
    await session.start();
    await session.useOffline('ann');
    const order: string[] = [];
    session.beforeLock(async () => void order.push(shelf.shut.has('ann') ? 'too late' : 'saved'));
    session.beforeLock(() => Promise.reject(new Error('this one could not')));
    await session.lock();
    expect([order, shelf.shut.has('ann'), session.user]).toEqual([['saved'], true, null]);
  });

  test('the next person who enters leaves the one before locked', async () => {
    shelf.pin = '271839';
    await session.start();
    await session.useOffline('ann');
    replies = [welcome('bo', 'c2')];
    await session.signIn({ plant: 'north', employee_no: '0102', password: 'x' });
    expect([session.user?.person_id, [...shelf.shut]]).toEqual(['bo', ['ann']]);
  });
});

describe('a phone that is lost', () => {
  test('is told so at the sign-in page, where nobody has a login', async () => {
    await session.start();
    replies = [ok({ shared: true, lost: true })];
    await session.askAboutPhone('north');
    expect(calls[0]).toMatchObject({ path: '/api/devices/state', body: { plant: 'north', device: 'D' } });
    expect([session.draining, shelf.phone]).toEqual([true, { shared: true, lost: true }]);
  });

  test('keeps nothing of a person who has handed in', async () => {
    replies = [welcome('ann', 'c1')];
    await session.drain({ plant: 'north', employee_no: '0101', code: 'ABCD' });
    expect(calls[0]?.path).toBe('/api/auth/drain');
    await session.handedIn();
    expect([session.user, shelf.forgotten]).toEqual([null, ['ann']]);
  });
});
