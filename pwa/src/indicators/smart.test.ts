import { expect, test } from 'vitest';
import vectors from '../../../tests/vectors/smart.json';
import vague from '../../../server/indicators/vague.json';
import { VAGUE } from './library/words';
import { check, checkSet, type Finding, type Wording } from './smart';

const told = (found: Finding[]) => found.map(({ code, params }) => [code, params]);

test.each(vectors.drafts)('the desk says of $name what the server says', ({ draft, findings }) => {
  expect(told(check(draft as Wording, vague))).toEqual(findings);
});

test.each(vectors.sets)('the desk says of a set of $name what the server says', ({ lines, findings }) => {
  expect(told(checkSet(lines as [string, number][]))).toEqual(findings);
});

test('the vague words of the screen are those of the server', () => {
  expect(VAGUE).toEqual(vague);
});
