import { expect, test } from 'vitest';
import vectors from '../../../tests/vectors/wire.json';
import { decodeAnswer, encodeRequest, NotOurs, type WireAnswer, type WireRequest } from './wire';

interface Example<T> {
  name: string;
  wire: unknown[];
  decoded: T;
}

const requests = vectors.requests as unknown as Example<WireRequest>[];
const answers = vectors.answers as unknown as Example<WireAnswer>[];

/** What the server makes of a request's edits: the inverse of the codec, in the test's own words. */
function readPush(wire: unknown[]): unknown {
  const push = wire[6] as [string, number, string[], [string, unknown[][]][]] | 0;
  if (push === 0) return null;
  const [author, t0, writers, groups] = push;
  const own = `${String(wire[1])}.${author}`;
  const version = (ref: unknown): string => {
    if (typeof ref === 'number') return `${own}.${ref}`;
    const [w = '', n = ''] = String(ref).split('.');
    return `${String(writers[Number(w)])}.${n}`;
  };
  const versions = (base: unknown): string[] =>
    base === undefined || base === null || base === 0 ? [] : Array.isArray(base) ? base.map(version) : [version(base)];
  return groups.flatMap(([record, edits]) =>
    edits.map(([n, dt, code, value, base]) => [n, record, t0 + Number(dt), code, value ?? null, versions(base)]),
  );
}

test.each(requests)('the request "$name" means the same after encoding', ({ wire, decoded }) => {
  const encoded = JSON.parse(JSON.stringify(encodeRequest(decoded))) as unknown[];
  expect([...encoded.slice(0, 6), ...encoded.slice(7)]).toEqual([...wire.slice(0, 6), ...wire.slice(7)]);
  expect(readPush(encoded)).toEqual(readPush(wire));
});

test.each(['first', 'idle', 'finished', 'stuck', 'refused'])('the request "%s" is encoded to the very same cells', (name) => {
  const example = requests.find((one) => one.name === name);
  expect(example && encodeRequest(example.decoded)).toEqual(example?.wire);
});

test('a finished evaluation costs at most 300 bytes, an idle round 100', () => {
  const bytes = (name: string): number => {
    const example = requests.find((one) => one.name === name);
    return new TextEncoder().encode(JSON.stringify(example && encodeRequest(example.decoded))).length;
  };
  expect(bytes('finished')).toBeLessThanOrEqual(300);
  expect(bytes('idle')).toBeLessThanOrEqual(100);
});

test.each(answers)('the answer "$name" is understood as the server means it', ({ wire, decoded }) => {
  const { receipts, ...rest } = decodeAnswer(wire, String(wire[1]));
  for (const { rows } of rest.deltas) for (const row of rows.case ?? []) delete row['field'];
  const { receipts: _theirs, ...expected } = decoded;
  expect(rest).toEqual(expected);
  expect(receipts).toEqual(decoded.receipts);
});

test('an answer to another request is not believed', () => {
  const idle = answers[0];
  expect(() => decodeAnswer(idle?.wire, 'other')).toThrow(NotOurs);
});

test.each([null, {}, [], '<html>', [1, 'n8Zp1c'], [2, 'n8Zp1c', '', '', 1, [], 0, [], [], 0]])(
  'a body that is not of this protocol is not believed: %j',
  (body) => {
    expect(() => decodeAnswer(body, 'n8Zp1c')).toThrow(NotOurs);
  },
);

test('a kind and a column of a newer server are left out without a word', () => {
  const wire = [1, 'n', 'e', 'a', 5, [], ['own:x'], [[0, 0, 5, 0, { cycle: [['id', '一', 'One', 'a', 'b', 1, 'open', 'new']], medal: [['x']] }, []]], [], 1];
  const [delta] = decodeAnswer(wire, 'n').deltas;
  expect(Object.keys(delta?.rows ?? {})).toEqual(['cycle']);
  expect(delta?.rows.cycle?.[0]).not.toHaveProperty('new');
});

test('a chip that two people added keeps both versions, and taking it off names both', () => {
  const fields = ['g1', [['q1', '0.3'], ['q1', '1.4']], null];
  const row = ['ev', 'cy', 'fo', 'ra', '1', '王', 'W', null, '甲', 'A', [], [], [], null, 'open', fields, null, 3, 1];
  const wire = [1, 'n', 'e', 'a', 5, [], ['rate:x'], [[0, 0, 5, 0, { evaluation: [row] }, []]], ['d1.a1', 'd2.a2'], 1];
  const evaluation = decodeAnswer(wire, 'n').deltas[0]?.rows.evaluation?.[0];
  expect(evaluation?.['fields']).toEqual({ 'chips/1': { value: { q1: 'd1.a1.3,d2.a2.4' }, version: null } });
});
