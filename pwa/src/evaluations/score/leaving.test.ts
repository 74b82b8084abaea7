import { beforeEach, expect, test, vi } from 'vitest';
import { realClock } from '../../foundation/clock';
import type { Phone } from '../../sync/phone.svelte';
import { FakePhone, FORM, ROW, shown } from '../fake-phone.svelte';
import { Desk } from './desk.svelte';

let phone: FakePhone;
const sit = () => new Desk(phone as unknown as Phone, 'e1', true, { ...realClock, now: () => 0, after: () => () => undefined });

beforeEach(() => {
  phone = new FakePhone();
  phone.forms = new Map([['f', FORM]]);
  phone.evaluations = [ROW];
});

test('what is still being written when the reader leaves builds on what was written before it, and says nothing of it', async () => {
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const { it: desk, leave } = shown(() => sit());
  expect(desk.line?.key).toBe(3); // read once, as the page does
  const write = desk.pen('comment');
  const taps = [desk.choose(2), desk.choose(1), write('换型后没清扫'), write('换型后没清扫两次')];
  leave();
  desk.close();
  await Promise.all(taps);
  const versions = phone.written.map(({ field, base }) => [field, base]);
  expect(versions).toEqual([['score/3', null], ['score/3', 'd.me.1'], ['comment/3', null], ['comment/3', 'd.me.3']]);
  expect(warned.mock.calls).toEqual([]);
  warned.mockRestore();
});

test('a mark that lands after the reader has left opens no line and rests no key', async () => {
  const { it: desk, leave } = shown(() => sit());
  expect(desk.at).toBe(2);
  const tap = desk.choose(4);
  leave();
  desk.close();
  await tap;
  expect([desk.at, desk.resting]).toEqual([2, false]);
  expect(phone.written).toHaveLength(1);
});
