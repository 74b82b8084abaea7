import { expect, test } from 'vitest';
import { isSame, mappingOf, missing, ofKind, twice, withField } from './mapping';
import type { Kind, Table } from './types';

const field = (name: string, needed: boolean) => ({ name, needed, name_zh: name, name_en: name });
const people = { kind: 'people', name_zh: '人员', name_en: 'People', fields: [field('employee_no', true), field('name_zh', true), field('phone', false)] } as Kind;
const jobs = { kind: 'jobs', name_zh: '岗位', name_en: 'Jobs', fields: [field('code', true), field('name_zh', true)] } as Kind;
const column = (letter: string, name: string | null) => ({ letter, label: letter, field: name, guessed: false, sample: [] });
const table = { kind: 'people', columns: [column('A', 'employee_no'), column('B', 'name_zh'), column('C', null)] } as unknown as Table;
const start = mappingOf(table);

test('columns that are not read are not named', () => {
  expect(start).toEqual({ kind: 'people', fields: { A: 'employee_no', B: 'name_zh' } });
});

test('a column is chosen, left out, and chosen back to where it was', () => {
  const chosen = withField(start, 'C', 'phone');
  expect(chosen.fields).toEqual({ A: 'employee_no', B: 'name_zh', C: 'phone' });
  expect(isSame(chosen, start)).toBe(false);
  expect(isSame(withField(chosen, 'C', ''), start)).toBe(true);
  expect(isSame(withField(withField(start, 'A', ''), 'A', 'employee_no'), start)).toBe(true);
});

test('another kind keeps what it has too; none keeps nothing', () => {
  expect(ofKind(start, jobs)).toEqual({ kind: 'jobs', fields: { B: 'name_zh' } });
  expect(ofKind(start, null)).toEqual({ kind: null, fields: {} });
});

test('what lacks and what is chosen twice is named', () => {
  expect(missing(start, people)).toEqual([]);
  expect(missing(withField(start, 'A', ''), people).map(({ name }) => name)).toEqual(['employee_no']);
  expect(twice(start, people)).toBeUndefined();
  expect(twice(withField(start, 'C', 'name_zh'), people)?.name).toBe('name_zh');
});
