import { expect, test } from 'vitest';
import { FakePhone, ROW } from './fake-phone.svelte';
import { addChip, giveScore, recall, removeChip, submit, write } from './mutations';

const seen = {
  ...ROW,
  fields: {
    'score/3': { value: 2, version: 'd.me.7' },
    'comment/3': { value: 'x', version: 'other.b.2' },
    'chips/3': { value: { q1: 'd.me.8' }, version: null },
    status: { value: 'open', version: 'd.me.9' },
  },
};

test('every edit names the version that was on the screen as its base', async () => {
  const phone = new FakePhone();
  await giveScore(phone, seen, 3, 4);
  await write(phone, seen, 'comment', 3, 'y');
  await giveScore(phone, seen, 5, 1);
  expect(phone.written.map(({ field, base }) => [field, base])).toEqual([
    ['score/3', 'd.me.7'],
    ['comment/3', 'other.b.2'],
    ['score/5', null],
  ]);
});

test('an edit names the own ones that were refused there, after the version on the screen; a submit signs what stands', async () => {
  const phone = new FakePhone();
  const refused = ['d.me.3'];
  const row = { ...ROW, fields: { 'score/3': { value: 2, version: 'd.bo.7', refused }, 'comment/3': { value: null, version: null, refused } } };
  await giveScore(phone, row, 3, 4);
  await write(phone, row, 'comment', 3, 'y');
  await submit(phone, row);
  expect(phone.written.map(({ base }) => base)).toEqual([['d.bo.7', 'd.me.3'], ['0', 'd.me.3'], null]);
  expect(phone.written.at(-1)?.value).toEqual({ name: 'submit', signs: [['score/3', 'd.bo.7']] });
});

test('a chip is removed by the version that added it, so another phone keeps its own', async () => {
  const phone = new FakePhone();
  await addChip(phone, seen, 3, 'q2');
  await removeChip(phone, seen, 3, 'q1');
  expect(phone.written).toMatchObject([
    { op: 'add', value: 'q2', base: null },
    { op: 'remove', value: 'q1', base: ['d.me.8'] },
  ]);
});

test('a submit signs marks, words and chips as they were seen, and not itself', async () => {
  const phone = new FakePhone();
  await submit(phone, seen);
  expect(phone.written).toMatchObject([
    { field: 'status', op: 'command', base: null, value: { name: 'submit', signs: [['score/3', 'd.me.7'], ['comment/3', 'other.b.2'], ['chips/3', 'd.me.8']] } },
  ]);
});

test('a recall signs nothing: it takes back whatever stands', async () => {
  const phone = new FakePhone();
  await recall(phone, seen);
  expect(phone.written[0]).toMatchObject({ field: 'status', value: { name: 'recall', signs: [] }, base: null });
});
