import { describe, expect, test } from 'vitest';
import type { OwnEdit } from '../../../sync/overlay';
import type { FloorRow, NewMutation } from '../../../sync/types';
import type { Wording } from '../../smart';
import { handIn, judge, suggest, sway } from './acts';
import { current, floorOf, later } from './read';

const DAY = '2026-11-29';
const line = (code: string, version: string, outputs: [string, string][] = []) => [version, 2, outputs, 1, code, `${code} 名`, code, code, code, '%', 'higher', 100, 90, 30, 'MES', [90, 95, 100, 105], null];
const row = (more: Partial<FloorRow> = {}): FloorRow => ({
  id: 'box', person_id: 'me', name_zh: '邓凯', name_en: 'Deng Kai',
  spans: [['2021-03-01', '2026-11-30', [line('OUT', 'v1', [['件', 'Parts']]), line('ATT', 'v2')]], ['2026-12-01', null, [line('OUT', 'v3')]]],
  jobs: null, proposals: null, sways: null, may: [], ...more,
});
const edit = (n: number, field: string, value: unknown, base: string[] = []): OwnEdit =>
  ({ n, record: 'box', field, op: 'append', value, base, device_time_ms: 1000 + n, version: `d.me.${n}`, shown: `d.me.${n}` });

describe('what one is measured by', () => {
  test('the set of today and what applies later are told apart, with what each line serves', () => {
    const floor = floorOf(row(), [], DAY);
    expect(current(floor, DAY)?.lines.map(({ code, outputs, number }) => [code, outputs, number])).toEqual([['OUT', [['件', 'Parts']], 2], ['ATT', [], 2]]);
    expect(later(floor, DAY).map(({ from }) => from)).toEqual(['2026-12-01']);
  });

  test('the day turns on the phone, with no word from the server', () => {
    const floor = floorOf(row(), [], '2026-12-01');
    expect(current(floor, '2026-12-01')?.lines.map(({ version_id }) => version_id)).toEqual(['v3']);
    expect(later(floor, '2026-12-01')).toEqual([]);
  });
});

describe('what one said', () => {
  test('an own answer lies over the older one until the row holds it', () => {
    const older = row({ sways: [['v1', 'no', '缺料', 'd.me.1', 5]] });
    const said = (edits: OwnEdit[]) => current(floorOf(older, edits, DAY), DAY)?.lines[0]?.said;
    expect(said([])).toEqual({ answer: 'no', words: '缺料', here: false });
    expect(said([edit(2, 'influence', { influence: 'yes', about: 'v1', words: '' })])).toEqual({ answer: 'yes', words: '', here: true });
    expect(said([edit(1, 'influence', { influence: 'no', about: 'v1', words: '缺料' })])?.here).toBe(false);
  });

  test('a proposal is here, then waits, then is answered, and is told once', () => {
    const mine = edit(3, 'proposal', { proposal: '太高', about: 'v1', draft: null });
    expect(floorOf(row(), [mine], DAY).proposals.map(({ state, about_zh, received_at }) => [state, about_zh, received_at])).toEqual([['here', 'OUT 名', null]]);
    const told = row({ proposals: [['d.me.3', '太高', 'OUT 名', 'OUT', 'taken', '好', '骆春燕', 'Luo', 1003, 2000, 3000]] });
    expect(floorOf(told, [mine], DAY).proposals.map(({ state, reply, by_zh }) => [state, reply, by_zh])).toEqual([['taken', '好', '骆春燕']]);
  });

  test("a draft's name is its own, in the language it was written in", () => {
    const draft = ['换型时间', '', 'min', 'lower', 20, 35, 'MES', 'weekly', '', ''];
    const [one] = floorOf(row(), [edit(4, 'proposal', { proposal: '', about: '', draft })], DAY).proposals;
    expect([one?.about_zh, one?.about_en, one?.state]).toEqual(['换型时间', '', 'here']);
  });

  test('an own verdict shows at once on what it answers, and on nothing else', () => {
    const team = row({ proposals: [['d.he.1', 'a', null, null, 'waiting', null, null, null, 1, 2], ['d.he.2', 'b', null, null, 'waiting', null, null, null, 1, 2]] });
    const { proposals } = floorOf(team, [edit(5, 'verdict', { verdict: 'declined', words: '下次' }, ['d.he.2'])], DAY);
    expect(proposals.map(({ state, reply }) => [state, reply])).toEqual([['waiting', ''], ['declined', '下次']]);
  });
});

test('what is said names its parts in the order of the wire', async () => {
  const sent: NewMutation[] = [];
  const outbox = { append: (one: NewMutation) => Promise.resolve(sent.push(one)) };
  const wording: Wording = { name_zh: ' 换型时间 ', name_en: '', short_zh: '', short_en: '', unit: 'min', direction: 'lower', target: 20, threshold: null, source: 'MES', frequency: 'weekly', rule: 'bands', bands: null, anchors: null };
  await suggest(outbox, 'box', ' 太高 ', 'v1');
  await handIn(outbox, 'box', wording, 'job', '', '太久');
  await sway(outbox, 'box', 'v1', 'no', '缺料');
  await judge(outbox, 'his', 'd.he.1', 'taken', '');
  expect(sent.map(({ record, field, value, base }) => [record, field, Object.values(value as object), base])).toEqual([
    ['box', 'proposal', ['太高', 'v1', null], null],
    ['box', 'proposal', ['太久', '', ['换型时间', '', 'min', 'lower', 20, null, 'MES', 'weekly', 'job', '']], null],
    ['box', 'influence', ['no', 'v1', '缺料'], null],
    ['his', 'verdict', ['taken', ''], 'd.he.1'],
  ]);
});
