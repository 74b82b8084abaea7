import { beforeEach, expect, test } from 'vitest';
import type { Clock } from '../../foundation/clock';
import type { Phone } from '../../sync/phone.svelte';
import { FakePhone, FORM, ROW } from '../fake-phone.svelte';
import { finishedAt } from '../pace';
import { Desk, REST_MS, turnPage } from './desk.svelte';

class HandClock implements Clock {
  at = 0;
  #timers = new Set<{ due: number; then: () => void }>();
  now = () => this.at;
  after(ms: number, then: () => void) {
    const timer = { due: this.at + ms, then };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }
  pass(ms: number) {
    this.at += ms;
    for (const timer of [...this.#timers].filter((one) => one.due <= this.at)) {
      this.#timers.delete(timer);
      timer.then();
    }
  }
}

let phone: FakePhone;
let clock: HandClock;
const sit = (id = 'e1', advance = true) => new Desk(phone as unknown as Phone, id, advance, clock);

beforeEach(() => {
  phone = new FakePhone();
  phone.forms = new Map([['f', FORM]]);
  phone.evaluations = [ROW, { ...ROW, id: 'e2', name_zh: '武红梅', run_order: 8 }];
  phone.chips = [
    { id: 'q1', indicator_code: '5S', band: 'low', zh: '换型后没清扫', en: 'Not cleaned' },
    { id: 'q2', indicator_code: '', band: 'mid', zh: '请他讲一讲', en: 'Let him tell' },
  ];
  clock = new HandClock();
});

test('the first line that needs a person is open, the measured ones have their mark', () => {
  const desk = sit();
  expect(desk.line?.key).toBe(3);
  expect(desk.left.map((line) => line.key)).toEqual([3, 5]);
  expect(desk.overall).toBeNull();
});

test('a 4 flows on to the next open line after the rest, not before', async () => {
  const desk = sit();
  await desk.choose(4);
  expect(desk.line?.key).toBe(3);
  clock.pass(REST_MS);
  expect(desk.line?.key).toBe(5);
});

test('the bounce of a glove within the rest scores nothing', async () => {
  const desk = sit();
  await desk.choose(4);
  await desk.choose(1);
  clock.pass(REST_MS);
  expect(phone.written.map((edit) => edit.value)).toEqual([4]);
});

test('a 2 stays for its fact, and the chosen chip moves on by itself', async () => {
  const desk = sit();
  await desk.choose(2);
  clock.pass(REST_MS);
  expect(desk.line?.key).toBe(3);
  await desk.tap({ tag: 'q1', text: '换型后没清扫', blank: false });
  clock.pass(REST_MS);
  expect(desk.line?.key).toBe(5);
});

test('with automatic advance off nothing moves by itself', async () => {
  const desk = sit('e1', false);
  await desk.choose(4);
  clock.pass(REST_MS);
  expect(desk.line?.key).toBe(3);
});

test('a changed mark of the rule stays open until a reason is there, and never flows on', async () => {
  const desk = sit();
  desk.open(0);
  await desk.choose(4);
  clock.pass(REST_MS);
  expect(desk.line).toMatchObject({ key: 1, overridden: true, open: true, mark: 4, rule: 3 });
  await desk.pen('reason')('等料停机 2 次');
  expect(desk.line?.open).toBe(false);
});

test('back to data takes the mark and its reason away', async () => {
  const desk = sit();
  desk.open(0);
  await desk.choose(4);
  await desk.pen('reason')('等料停机 2 次');
  await desk.backToData();
  expect(desk.line).toMatchObject({ overridden: false, given: null, mark: 3, by: 'data', reason: '' });
});

test('a mark that moves to another band drops the chip that no longer fits', async () => {
  const desk = sit();
  await desk.choose(2);
  await desk.tap({ tag: 'q1', text: '换型后没清扫', blank: false });
  clock.pass(REST_MS);
  desk.open(2);
  await desk.choose(4);
  expect(desk.lines[2]?.tags).toEqual({});
});

test('a failed write leaves the line open, says so, and goes through when asked again', async () => {
  const desk = sit();
  phone.fails = true;
  await desk.choose(4);
  clock.pass(REST_MS);
  expect(desk.line).toMatchObject({ key: 3, mark: null });
  phone.fails = false;
  desk.failed?.again();
  await desk.pen('comment')('');
  await Promise.resolve();
  await new Promise((done) => setTimeout(done));
  expect(desk.failed).toBeNull();
  expect(desk.lines[2]?.mark).toBe(4);
});

async function finish(desk: Desk) {
  await desk.choose(4);
  clock.pass(REST_MS);
  await desk.choose(3);
  clock.pass(REST_MS);
}

test('submit signs every version that was on the page', async () => {
  const desk = sit();
  await finish(desk);
  expect(await desk.submit()).toBe(true);
  expect(phone.written.at(-1)).toMatchObject({ field: 'status', value: { name: 'submit', signs: [['score/3', 'd.me.1'], ['score/5', 'd.me.2']] } });
});

test('nothing is submitted while a line is open', async () => {
  expect(await sit().submit()).toBe(false);
  expect(phone.written).toEqual([]);
});

test('undo takes back one act at a time, also across persons', async () => {
  const first = sit();
  await finish(first);
  await first.submit();
  turnPage('next');
  const second = sit('e2');
  expect(await second.undo()).toBe('e1');
  expect(phone.evaluation('e1')?.state).toBe('open');
  const again = sit('e1');
  expect(await again.undo()).toBe('e1');
  expect(again.line).toMatchObject({ key: 5, mark: null });
  expect(await again.undo()).toBe('e1');
  expect(again.line).toMatchObject({ key: 3, mark: null });
  expect(await again.undo()).toBeNull();
});

test('a page that follows a tap at the same spot rests before it takes one', async () => {
  turnPage('next');
  const desk = sit('e2');
  await desk.choose(4);
  expect(phone.written).toEqual([]);
  clock.pass(REST_MS);
  await desk.choose(4);
  expect(phone.written).toHaveLength(1);
});

test('who may not score sees the page and can change nothing', async () => {
  phone.evaluations = [{ ...ROW, may: [] }];
  const desk = sit();
  await desk.choose(4);
  desk.open(0);
  expect(phone.written).toEqual([]);
  expect(desk.at).toBe(-1);
});

test('only who was scored here and now makes a pace, once', async () => {
  const finish = async (id: string, minute: number, score: boolean) => {
    clock.at = minute * 60_000;
    const desk = sit(id, false);
    for (const key of score ? [3, 5] : []) {
      desk.open(desk.lines.findIndex((line) => line.key === key));
      await desk.choose(4);
    }
    expect(await desk.submit()).toBe(true);
    return desk;
  };
  const byAnother = { 'score/3': { value: 4, version: 'd.other.1' }, 'score/5': { value: 4, version: 'd.other.2' } };
  phone.evaluations = [...phone.evaluations, { ...ROW, id: 'e3', fields: byAnother }];
  const first = await finish('e1', 1, true);
  await finish('e2', 3, true);
  await finish('e3', 4, false);
  expect(finishedAt(phone)).toEqual([60_000, 180_000]);
  await first.recall();
  await finish('e1', 40, false);
  expect(finishedAt(phone)).toEqual([60_000, 180_000]);
});
