import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { UserDb } from '../db/user-db';
import type { User } from '../foundation/people';
import { Phone, type PhoneParts } from './phone.svelte';
import { alone, ANN, answering, BO, DEVICE, freshDb, own, page, problem, ScriptedServer, TestChance, TestClock, TestSurroundings, withFault } from './testing';
import { openEdit } from './outbox';
import type { NewMutation } from './types';

const USER: User = {
  person_id: '1',
  employee_no: '0101',
  name_zh: '肖静',
  name_en: 'Xiao Jing',
  roles: ['supervisor'],
  plant: { code: 'north', name_zh: '北厂', name_en: 'North', time_zone: 'Asia/Shanghai' },
};
const SCOPES = [`rate:${ANN}`, `own:${ANN}`];
const evaluation = (id: string, order: number, fields: unknown[] = [], state = 'open', submitted: number | null = null): unknown[] => [
  id, 'C', 'F', ANN, `10${order}`, '王芳', 'Wang', null, '甲班', 'A', [1], [null], [3], 30, state, fields, submitted, state === 'open' ? 3 : 4, order,
];
const team = answering({
  scopes: SCOPES,
  deltas: [
    [0, 0, 20, 0, { cycle: [['C', '十一月', 'November', '2026-11-01', '2026-11-30', 1, 'open']], evaluation: [evaluation('E2', 2), evaluation('E1', 1)] }, []],
    [1, 0, 20, 0, {}, []],
  ],
});
const score = (change: Partial<NewMutation> = {}): NewMutation => ({ record: 'E1', field: 'score/1', op: 'set', value: 4, base: null, ...change });
const submit: NewMutation = { record: 'E1', field: 'status', op: 'command', value: { name: 'submit', signs: [['score/1', own(1)]] }, base: null };

let db: UserDb;
let clock: TestClock;
let server: ScriptedServer;
let around: TestSurroundings;
let renew: () => void;
let phones: Phone[];
let channels: BroadcastChannel[];

function open(change: Partial<PhoneParts> = {}): Phone {
  const channel = new BroadcastChannel(db.name);
  channels.push(channel);
  const phone = new Phone(USER, ANN, {
    deviceId: () => Promise.resolve(DEVICE),
    db: new UserDb(db.name),
    credentials: {
      csrf: () => Promise.resolve('c'),
      refresh: () => Promise.resolve(false),
      askAboutSession: () => undefined, lock: () => Promise.resolve(),
      onRenewed: (then) => {
        renew = then;
        return () => undefined;
      },
    },
    post: server.post,
    exclusive: alone,
    clock,
    chance: new TestChance(),
    around,
    channel,
    storage: null,
    ...change,
  });
  phones.push(phone);
  return phone;
}
const soon = (check: () => void): Promise<void> => vi.waitFor(check, { interval: 2, timeout: 10_000 });
const rounds = (count: number): Promise<void> => soon(() => expect(server.bodies).toHaveLength(count));
/** A phone that holds its team and has been told so. */
async function withTeam(): Promise<Phone> {
  server.then(team);
  const phone = open();
  await soon(() => expect(phone.evaluations).toHaveLength(2));
  return phone;
}
/** Lets the rest after a save pass, so that what was saved is sent. */
const send = (): void => clock.pass(500);

beforeEach(async () => {
  db = await freshDb();
  clock = new TestClock();
  server = new ScriptedServer();
  around = new TestSurroundings();
  phones = [];
  channels = [];
});
afterEach(() => {
  for (const phone of phones) phone.close();
});

test('a first sync fills the screens, in the order of the run', async () => {
  const phone = await withTeam();
  expect(phone.evaluations.map(({ id }) => id)).toEqual(['E1', 'E2']);
  expect([phone.complete, phone.cycles.get('C')?.name_zh, phone.status.net]).toEqual([true, '十一月', 'reached']);
});

test('what a file is sealed with is asked for beside the rounds: its answer holds up nothing', async () => {
  server.then(team, answering({ seq: 21, receipts: [[1, 'a']] }));
  let asked = 0;
  const phone = open({ fileKey: () => (asked++, new Promise(() => undefined)) });
  await soon(() => expect([phone.status.net, phone.status.sending, asked]).toEqual(['reached', false, 1]));
  await phone.append(score());
  send();
  await soon(() => expect([phone.status.queued, phone.status.sending]).toEqual([0, false]));
});

test('a cold start without network shows what was here, unsent edits included', async () => {
  const before = await withTeam();
  await before.append(score());
  before.close();
  const phone = open();
  await phone.ready;
  expect(phone.evaluation('E1')?.fields['score/1']).toEqual({ value: 4, version: expect.stringContaining(`${own(1)}~`) });
  expect([phone.loaded, phone.complete, phone.status.queued]).toEqual([true, true, 1]);
  await soon(() => expect(phone.status.net).toBe('offline'));
});

test('the team is on the screen before the quick comments are opened, and they come when it is drawn', async () => {
  const library = [1, 0, 20, 0, { chip: [['q1', 'A', 1, '帮助别人', 'helped others']] }, []];
  server.then(answering({ scopes: [`rate:${ANN}`, 'lib:1'], deltas: [[0, 0, 20, 0, { evaluation: [evaluation('E1', 1)] }, []], library] }));
  const before = open();
  await soon(() => expect(before.chips).toHaveLength(1));
  before.close();
  let shown = (): void => undefined;
  const phone = open({ drawn: () => new Promise((then) => (shown = then)) });
  await phone.ready;
  expect([phone.evaluations.length, phone.chips.length]).toEqual([1, 0]);
  shown();
  await soon(() => expect(phone.chips.map(({ zh }) => zh)).toEqual(['帮助别人']));
});

test('nothing is shown as given before it is on disk', async () => {
  const phone = await withTeam();
  const saving = phone.append(score());
  expect(phone.version('E1', 'score/1')).toBeNull();
  await saving;
  expect(phone.version('E1', 'score/1')).toEqual(expect.stringContaining(`${own(1)}~`));
});

test('the tick comes from a receipt alone', async () => {
  const phone = await withTeam();
  await phone.append(score());
  expect(phone.stateOf('E1')).toBe('half');
  await phone.append(submit);
  expect([phone.stateOf('E1'), phone.deliveredAt('E1'), phone.status.queued]).toEqual(['done_here', null, 2]);
  const done = evaluation('E1', 1, ['s1', 4, '0.1'], 'submitted', 777);
  server.then(answering({ seq: 22, receipts: [[1, 'a'], [2, 'a']], deltas: [[0, 20, 22, 0, { evaluation: [done] }, []]], writers: [own(0).slice(0, -2)] }));
  send();
  await soon(() => expect(phone.stateOf('E1')).toBe('delivered'));
  expect([phone.deliveredAt('E1'), phone.status.queued, phone.stateOf('E2')]).toEqual([777, 0, 'none']);
});

test('a parked edit is shown with its reason until its author has seen to it', async () => {
  const phone = await withTeam();
  await phone.append(score());
  server.then(answering({ seq: 21, receipts: [[1, 'p', 'cycle_closed']] }));
  send();
  await soon(() => expect(phone.stateOf('E1')).toBe('parked'));
  expect(phone.status.parked).toMatchObject([{ record: 'E1', field: 'score/1', value: 4, reason: 'cycle_closed' }]);
  expect(phone.version('E1', 'score/1')).toBeNull();
  await phone.discard(own(1));
  expect([phone.status.parked, phone.stateOf('E1')]).toEqual([[], 'none']);
});

test('a conflict shows as a case, decided here at once and sent', async () => {
  const phone = await withTeam();
  await phone.append(score());
  const kase = ['K', 'E1', 's1', 'open', null, [['0.1', 4, ANN, '肖静', 'Xiao', 'A', 1, 2, null], ['1.9', 2, 'bo', '博', 'Bo', 'B', 1, 2, null]], null, null, null, null, null, 8];
  const row = evaluation('E1', 1, ['s1', 2, '1.9']);
  server.then(answering({ seq: 22, receipts: [[1, 'c', 'K']], deltas: [[0, 20, 22, 0, { case: [kase], evaluation: [row] }, []]], writers: [own(0).slice(0, -2), BO] }));
  send();
  await soon(() => expect(phone.stateOf('E1')).toBe('case'));
  expect(phone.cases[0]).toMatchObject({ field: 'score/1', may: ['decide'] });
  await phone.append(score({ op: 'resolve', value: { case: 'K', chosen: own(1), value: 4, reason: '在场' }, base: [own(1), `${BO}.9`] }));
  expect([phone.cases[0]?.state, phone.evaluation('E1')?.fields['score/1']?.value]).toEqual(['resolved', 4]);
});

describe('when sending does not work', () => {
  test('offline it tries again by itself, and at once when the network returns', async () => {
    const phone = await withTeam();
    await phone.append(score());
    send();
    await soon(() => expect(phone.status.net).toBe('offline'));
    server.then(answering({ seq: 21, receipts: [[1, 'a']] }));
    around.online();
    await soon(() => expect(phone.status.queued).toBe(0));
  });

  test('the time alone brings it back, without any event', async () => {
    const phone = await withTeam();
    await phone.append(score());
    send();
    await soon(() => expect(phone.status.net).toBe('offline'));
    await rounds(2);
    server.then(answering({ seq: 21, receipts: [[1, 'a']] }));
    await soon(() => {
      clock.pass(31_000);
      expect(phone.status.queued).toBe(0);
    });
  });

  test('a captive portal is named, and no edit is lost to it', async () => {
    const phone = await withTeam();
    await phone.append(score());
    server.then(() => page(200));
    send();
    await soon(() => expect([phone.status.net, phone.status.queued]).toEqual(['captive', 1]));
  });

  test('a login that ran out pauses the sending, not the scoring, and a new one goes on', async () => {
    const phone = await withTeam();
    await phone.append(score());
    server.then(() => problem('auth_required', 401));
    send();
    await soon(() => expect(phone.status.needs_login).toBe(true));
    await phone.append(score({ record: 'E2' }));
    clock.pass(60_000);
    expect([server.bodies.length, phone.status.queued]).toEqual([2, 2]);
    server.then(answering({ seq: 21, receipts: [[1, 'a'], [2, 'a']] }));
    renew();
    await soon(() => expect([phone.status.queued, phone.status.needs_login]).toEqual([0, false]));
  });

  test('an edit that no server takes is set aside, and the others are sent', async () => {
    const phone = await withTeam();
    await phone.append(score());
    await phone.append(score({ record: 'E2' }));
    const refusing = (request: unknown[]) =>
      JSON.stringify(request[6]).includes('"E1"') ? problem('sync_malformed', 422) : answering({ seq: 21, receipts: [[2, 'a']] })(request);
    server.then(refusing, refusing, refusing, refusing);
    send();
    await soon(() => expect(phone.status.parked.map(({ reason, record }) => [reason, record])).toEqual([['set_aside', 'E1']]));
    await soon(() => expect([...phone.status.queued_evaluations]).toEqual([]));
    const file = JSON.parse(await (await phone.exportOutbox()).blob.text()) as { edits: { record: string; value: number }[] };
    expect(file.edits).toMatchObject([{ record: 'E1', value: 4, state: 'set_aside' }]);
  });

  test('a proxy’s page with the status of a bad request sets nothing aside, and everything goes when it is gone', async () => {
    const phone = await withTeam();
    await phone.append(score());
    server.then(() => page(400));
    send();
    await rounds(2);
    for (const status of [413, 400, 413]) {
      server.then(() => page(status));
      await soon(() => expect(phone.status.sending).toBe(false));
      around.online();
    }
    await rounds(5);
    expect([phone.status.parked, phone.status.net]).toEqual([[], 'server_down']);
    await soon(() => expect(phone.status.sending).toBe(false));
    server.then(answering({ seq: 21, receipts: [[1, 'a']] }));
    around.online();
    await soon(() => expect([phone.status.queued, phone.status.net]).toEqual([0, 'reached']));
  });

  test('an app that is too old says so, and still pushes', async () => {
    const phone = await withTeam();
    await phone.append(score());
    server.then(answering({ seq: 20, receipts: [[1, 'u']] }));
    send();
    await soon(() => expect([phone.status.needs_update, phone.status.queued]).toEqual([true, 1]));
  });
});

describe('when storing does not work', () => {
  test('a full phone makes room first, and the edit is saved', async () => {
    const phone = await withTeam();
    await withFault('quota', 1, () => phone.append(score()));
    expect([phone.status.storage, phone.status.queued]).toEqual(['ok', 1]);
  });

  test('a phone that stays full says so, and shows no edit that it does not hold', async () => {
    const phone = await withTeam();
    const put = IDBObjectStore.prototype.add;
    IDBObjectStore.prototype.add = function () {
      (this.transaction as unknown as { _abort(name: string): void })._abort('QuotaExceededError');
      throw new DOMException('', 'AbortError');
    };
    await expect(phone.append(score())).rejects.toMatchObject({ why: 'full' });
    IDBObjectStore.prototype.add = put;
    expect([phone.status.storage, phone.version('E1', 'score/1')]).toEqual(['full', null]);
  });

  test('without IndexedDB it says so, and an edit is refused rather than lost', async () => {
    const broken = new UserDb('none');
    broken.read = () => Promise.reject(new Error('none'));
    const phone = open({ db: broken });
    await phone.ready;
    expect([phone.loaded, phone.status.storage]).toEqual([true, 'none']);
    await expect(phone.append(score())).rejects.toMatchObject({ name: 'StorageFailed', why: 'none' });
  });
});

describe('two tabs of one person', () => {
  test('see each other’s edits and number them apart', async () => {
    const first = await withTeam();
    const second = open();
    await second.ready;
    await first.append(score());
    await soon(() => expect(second.version('E1', 'score/1')).toEqual(expect.stringContaining(`${own(1)}~`)));
    await second.append(score({ value: 5, field: 'score/2' }));
    await soon(() => expect(first.version('E1', 'score/2')).toEqual(expect.stringContaining(`${own(2)}~`)));
  });

  test('neither takes the place of text that it has not shown', async () => {
    (await withTeam()).close();
    const unsent = () => open({ channel: null, exclusive: () => new Promise(() => undefined) });
    const first = unsent();
    const says = (phone: Phone, value: string) => phone.append(score({ field: 'comment/1', value, base: phone.version('E1', 'comment/1') }));
    await says(first, 'clean');
    const deaf = unsent();
    await deaf.ready;
    await says(first, 'clean, on time');
    await says(deaf, 'clean, helps others');
    const kept = await Promise.all((await db.snapshot()).outbox.map((one) => openEdit(db, one)));
    expect(kept.map(({ value, base }) => [value, base])).toEqual([['clean, on time', []], ['clean, helps others', []]]);
  });

  test('share what one of them has pulled', async () => {
    const second = open();
    await second.ready;
    await rounds(1);
    const first = await withTeam();
    await soon(() => expect(second.evaluations).toHaveLength(2));
    expect(first.evaluations).toHaveLength(2);
  });
});

test('an edit that is being saved while the person changes is saved, and reported as such', async () => {
  const phone = await withTeam();
  const saving = phone.append(score());
  phone.close();
  await expect(saving).resolves.toMatchObject({ n: 1, value: 4 });
  expect((await new UserDb(db.name).snapshot()).outbox).toHaveLength(1);
});

describe('two tabs over one disk, each with rows in memory', () => {
  const moved = (from: number, to: number, ...rows: unknown[]) =>
    answering({ seq: to, deltas: [[0, from, to, 0, { evaluation: rows }, []]], writers: [BO] });
  const marks = (phone: Phone): unknown[] => phone.evaluations.map(({ fields }) => fields['score/1']?.value ?? null);

  test('a look at the disk that took long does not set rows back behind a round of one’s own', async () => {
    const first = await withTeam();
    const slow = new UserDb(db.name);
    const second = open({ db: slow });
    await second.ready;
    await rounds(2);
    const read = slow.snapshot.bind(slow);
    let release: (() => void) | null = null;
    slow.snapshot = async () => {
      const seen = await read();
      await new Promise<void>((then) => (release = then));
      return seen;
    };
    server.then(moved(20, 21, evaluation('E1', 1, ['s1', 4, '0.7'])));
    first.syncNow();
    await soon(() => expect(marks(first)).toEqual([4, null]));
    await soon(() => expect(release).not.toBeNull());
    slow.snapshot = read;
    server.then(moved(21, 22, evaluation('E2', 2, ['s1', 5, '0.8'])));
    second.syncNow();
    await rounds(4);
    await new Promise((then) => setTimeout(then, 20));
    (release as unknown as () => void)();
    await soon(() => expect(marks(second)).toEqual([4, 5]));
  });

  test('what another tab pulled and told nobody, because it was killed, is seen at the next round', async () => {
    server.then(team);
    const first = open({ channel: null });
    await soon(() => expect(first.evaluations).toHaveLength(2));
    const second = open();
    await second.ready;
    await rounds(2);
    server.then(moved(20, 21, evaluation('E1', 1, ['s1', 4, '0.7'])));
    first.syncNow();
    await soon(() => expect(marks(first)).toEqual([4, null]));
    first.close();
    server.then(moved(21, 22, evaluation('E2', 2, ['s1', 5, '0.8'])));
    second.syncNow();
    await soon(() => expect(marks(second)).toEqual([4, 5]));
  });
});

test('a restored server gets every confirmed edit again, and the phone ends where it was', async () => {
  const phone = await withTeam();
  await phone.append(score());
  server.then(answering({ seq: 21, receipts: [[1, 'a']], deltas: [[0, 20, 21, 0, { evaluation: [evaluation('E1', 1, ['s1', 4, '0.1'])] }, []]], writers: [own(0).slice(0, -2)] }));
  send();
  await soon(() => expect(phone.status.queued).toBe(0));
  const again = answering({ epoch: 'ep2', seq: 9, receipts: [[1, 'a']], scopes: SCOPES, deltas: [[0, 0, 9, 0, { evaluation: [evaluation('E1', 1, ['s1', 4, '0.1'])] }, []], [1, 0, 9, 0, {}, []]], writers: [own(0).slice(0, -2)] });
  server.then(answering({ epoch: 'ep2', seq: 8 }), again);
  phone.syncNow();
  await soon(() => expect(phone.evaluation('E1')?.fields['score/1']?.value).toBe(4));
  await rounds(4);
  const pushed = server.bodies[3]?.[6] as [unknown, unknown, unknown, [string, unknown[][]][]];
  expect(pushed[3][0]?.[1][0]?.[0]).toBe(1);
  await soon(() => expect([phone.status.queued, phone.evaluations.length]).toEqual([0, 1]));
});
