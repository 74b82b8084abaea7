/** What somebody else's edit, pulled while this reader types or while a tap waits its turn, must never be: overwritten unseen. */
import { beforeEach, expect, test } from 'vitest';
import { realClock } from '../../foundation/clock';
import type { Phone } from '../../sync/phone.svelte';
import { FakePhone, FORM, ROW } from '../fake-phone.svelte';
import { Desk } from './desk.svelte';

let phone: FakePhone;
const sit = (id = 'e1') => new Desk(phone as unknown as Phone, id, false, { ...realClock, now: () => 0, after: () => () => undefined });

/** A pull brings what another person has written. */
function pulled(field: string, value: unknown, version: string, record = 'e1') {
  phone.evaluations = phone.evaluations.map((row) => (row.id === record ? { ...row, fields: { ...row.fields, [field]: { value, version } } } : row));
}
const bases = () => phone.written.map(({ field, value, base }) => [field, value, base]);

beforeEach(() => {
  phone = new FakePhone();
  phone.forms = new Map([['f', FORM]]);
  phone.evaluations = [ROW, { ...ROW, id: 'e2', run_order: 8 }];
});

test('a comment goes on from what was shown when its sheet was opened, whatever came under it', async () => {
  pulled('comment/3', '早', 'd.bo.1');
  const keep = sit().pen('comment');
  pulled('comment/3', '早。晚', 'd.bo.2');
  await keep('早。稳');
  expect(bases()).toEqual([['comment/3', '早。稳', 'd.bo.1']]);
});

test('then it goes on from what was last kept in that sheet, not from what came after', async () => {
  const keep = sit().pen('comment');
  await keep('稳');
  pulled('comment/3', '稳。晚', 'd.bo.2');
  await keep('稳。快');
  expect(bases()).toEqual([['comment/3', '稳', null], ['comment/3', '稳。快', 'd.me.1']]);
});

test('a sheet that is left as it was opened writes nothing over what came meanwhile', async () => {
  pulled('comment/3', '早', 'd.bo.1');
  const keep = sit().pen('comment');
  pulled('comment/3', '晚', 'd.bo.2');
  await keep('早');
  expect(phone.written).toEqual([]);
});

test('what a sheet keeps belongs to the line it was opened on', async () => {
  const desk = sit();
  const keep = desk.pen('comment');
  desk.open(4);
  await keep('稳');
  expect(bases()).toEqual([['comment/3', '稳', null]]);
});

test('what did not reach the disk is kept again by the next attempt', async () => {
  const keep = sit().pen('comment');
  phone.fails = true;
  await keep('稳');
  phone.fails = false;
  await keep('稳');
  expect(bases()).toEqual([['comment/3', '稳', null]]);
});

test('a mark that waited its turn replaces what was shown at the tap', async () => {
  const desk = sit();
  const words = desk.pen('comment')('稳');
  const tap = desk.choose(4);
  pulled('score/3', 2, 'd.bo.1');
  await Promise.all([words, tap]);
  expect(bases()).toEqual([['comment/3', '稳', null], ['score/3', 4, null]]);
});

test('a mark that is given on the page opened anew goes on from the one that is still being written from the page before', async () => {
  const before = sit().choose(4);
  await Promise.all([sit().choose(2), before]);
  expect(bases()).toEqual([['score/3', 4, null], ['score/3', 2, 'd.me.1']]);
});

test('a failed mark that is tried again later replaces what was shown at the tap', async () => {
  const desk = sit();
  phone.fails = true;
  await desk.choose(4);
  phone.fails = false;
  pulled('score/3', 2, 'd.bo.1');
  desk.failed?.again();
  await desk.pen('comment')('稳');
  expect(bases()[0]).toEqual(['score/3', 4, null]);
});

test('a submit signs what was on the page at the tap, and what this reader had given by then', async () => {
  pulled('score/5', 4, 'd.bo.1');
  const desk = sit();
  await desk.choose(4);
  const words = desk.pen('comment')('稳');
  const submit = desk.submit();
  pulled('score/5', 1, 'd.bo.2');
  pulled('comment/5', '差', 'd.bo.3');
  await Promise.all([words, submit]);
  expect(phone.written.at(-1)?.value).toEqual({ name: 'submit', signs: [['score/5', 'd.bo.1'], ['score/3', 'd.me.1'], ['comment/3', 'd.me.2']] });
});

test('undo takes back what this reader did, and leaves what another did since', async () => {
  const desk = sit();
  await desk.pen('comment')('稳');
  pulled('score/3', 2, 'd.bo.1');
  await desk.undo();
  expect(bases()).toEqual([['comment/3', '稳', null], ['comment/3', '', 'd.me.1']]);
});

test('undo of an act on another page replaces what was seen there, not what came since', async () => {
  await sit().choose(4);
  pulled('score/3', 2, 'd.bo.1');
  await sit('e2').undo();
  expect(bases()).toEqual([['score/3', 4, null], ['score/3', null, 'd.me.1']]);
});
