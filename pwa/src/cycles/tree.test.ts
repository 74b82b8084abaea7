import { expect, test } from 'vitest';
import type { Department } from './desk.svelte';
import { branches, headsOf, included, topmost } from './tree';

const made = (id: string, parent_id: string | null, head_count: number) => ({ id, parent_id, head_count, code: id, name_zh: id, name_en: id }) as Department;
const tree = branches([made('a1', 'a', 12), made('plant', null, 1), made('a', 'plant', 3), made('a2', 'a', 10), made('b', 'plant', 4)]);

test('a shift stands below its workshop, and the workshop counts it', () => {
  expect(tree.map(({ one, depth, heads }) => [one.id, depth, heads])).toEqual([['plant', 0, 30], ['a', 1, 25], ['a1', 2, 12], ['a2', 2, 10], ['b', 1, 4]]);
});

test('choosing a workshop includes its shifts and counts nobody twice', () => {
  const chosen = ['a', 'a1'];
  expect(tree.filter((branch) => included(branch, chosen)).map(({ one }) => one.id)).toEqual(['a', 'a1', 'a2']);
  expect(headsOf(tree, chosen)).toBe(25);
  expect(topmost(tree, chosen)).toEqual(['a']);
});

test('a department whose parent is not on the list stands at the top instead of vanishing', () => {
  expect(branches([made('x', 'gone', 2)]).map(({ one, depth }) => [one.id, depth])).toEqual([['x', 0]]);
});
