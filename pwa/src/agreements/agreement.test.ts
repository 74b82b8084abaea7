import { describe, expect, it } from 'vitest';
import vectors from '../../../tests/vectors/terms.json';
import { bandText } from '../indicators/format';
import type { OwnEdit } from '../sync/overlay';
import type { AgreementRow, FormLine, TermLine, VoiceEntry } from '../sync/types';
import { agreementOf, better, drawn, inOrder, isAim, isSound, overAt, parkedOf, sumOf, windowAt, withTerms, writtenIn } from './agreement';
import { overwriteGetLocale } from '../generated/paraglide/runtime.js';
import { uuidOf } from './ids';
import { changes, exact } from './words';

overwriteGetLocale(() => 'en');

const ME = 'worker';
const line = (key: number, target: number | null, weight: number): FormLine =>
  ({ key, code: `I${key}`, name_zh: `项${key}`, name_en: `Line ${key}`, short_zh: '', short_en: '', unit: '%', direction: 'higher', target, threshold: null, weight, source: 'MES', bands: null, anchors: null }) as FormLine;
const LINES = [line(1, 100, 60), line(2, null, 40)];
const CHANGED: TermLine[] = [[1, 98, 70], [2, null, 30]];

const said = (n: number, kind: VoiceEntry['kind'], text: string | null = null, author = ME): VoiceEntry =>
  ({ version: `d.${author}.${n}`, kind, words: '', text, author_id: author, author_zh: '', author_en: '', device_time: n, received_at: n });
const row = (more: Partial<AgreementRow> = {}): AgreementRow =>
  ({ id: 'r', person_id: ME, employee_no: '1', name_zh: '', name_en: '', period: '2026-Q4', period_from: '', period_to: '', lines: LINES, texts: [], voices: [], may: [], kept: null, ...more }) as AgreementRow;
const text = (n: number) => ({ version: `d.lead.${n}`, lines: CHANGED, words: '', author_zh: '', author_en: '', device_time: n, received_at: n, late: 0 });

function edit(n: number, more: Partial<OwnEdit>): OwnEdit {
  return { n, record: 'r', field: 'voice', op: 'append', value: { voice: 'confirm', words: '' }, base: [], device_time_ms: n, version: `d.${ME}.${n}`, shown: `d.${ME}.${n}~a`, ...more };
}
const change = (n: number): OwnEdit => edit(n, { field: 'terms', op: 'command', value: { lines: CHANGED, words: '因为' } });
const open = () => true;
const shut = () => false;

describe('how it stands', () => {
  it('is silent as long as nobody said anything', () => {
    expect(agreementOf(row(), [], open, ME)).toMatchObject({ stand: 'silent', unanswered: false, text: null, here: false });
  });

  it('counts the last word of the employee on the text that stands', () => {
    expect(agreementOf(row({ voices: [said(1, 'object'), said(2, 'confirm')] }), [], open, ME).stand).toBe('agreed');
    const again = agreementOf(row({ voices: [said(1, 'confirm')], texts: [text(2)] }), [], open, ME);
    expect(again).toMatchObject({ stand: 'asked_again', text: 'd.lead.2', terms: CHANGED });
    expect(agreementOf(row({ voices: [said(1, 'confirm'), said(3, 'confirm', 'd.lead.2')], texts: [text(2)] }), [], open, ME).stand).toBe('agreed');
  });

  it('waits for an answer until the supervisor has replied after it', () => {
    const objected = [said(1, 'object')];
    expect(agreementOf(row({ voices: objected }), [], open, 'lead').unanswered).toBe(true);
    expect(agreementOf(row({ voices: [...objected, said(2, 'reply', null, 'lead')] }), [], open, 'lead').unanswered).toBe(false);
    expect(agreementOf(row({ voices: [said(1, 'reply', null, 'lead'), said(2, 'disagree')] }), [], open, 'lead').unanswered).toBe(true);
    const changed = agreementOf(row({ voices: objected, texts: [text(2)] }), [], open, 'lead');
    expect([changed.stand, changed.unanswered], 'a change is no answer').toEqual(['asked_again', true]);
  });
});

describe('own edits that the row does not hold', () => {
  it('stand at the end, as not delivered', () => {
    const seen = agreementOf(row(), [edit(1, { value: { voice: 'object', words: '太高' } })], open, ME);
    expect(seen).toMatchObject({ stand: 'objected', here: true });
    expect(seen.steps.at(-1)).toMatchObject({ kind: 'object', words: '太高', received_at: null, own: true });
  });

  it('are told once when the row has them too, as after a restore', () => {
    expect(agreementOf(row({ voices: [said(1, 'confirm')] }), [edit(1, {})], open, ME).steps).toHaveLength(1);
  });

  it('show a change that was made while the window is open, and name it for who goes on from it', () => {
    expect(agreementOf(row(), [change(5)], open, 'lead')).toMatchObject({ terms: CHANGED, text: `d.${ME}.5~a`, kept: null });
  });

  it('keep a change apart that was made while it was shut', () => {
    const seen = agreementOf(row(), [change(5)], shut, 'lead');
    expect(seen.terms).toEqual(drawn(LINES));
    expect(seen.steps).toHaveLength(0);
    expect(seen.kept).toMatchObject({ lines: CHANGED, words: '因为', here: true });
  });
});

it('the kept change of the row is offered when none waits here', () => {
  const kept = { version: 'd.lead.9', lines: CHANGED, words: '', device_time: 9, received_at: 10 };
  expect(agreementOf(row({ kept }), [], shut, 'lead').kept).toMatchObject({ version: 'd.lead.9', made_at: 9, here: false });
});

it('a window holds from its first instant to before its last', () => {
  const window = { id: 'w', every: null, first_day: null, last_day: null, spans: [[10, 20], [30, 40]] as [number, number][] };
  expect([9, 10, 19, 20, 39, 40].map((at) => windowAt(window, at).open_until)).toEqual([null, 20, 20, null, 40, null]);
  expect([9, 10, 30].map((at) => windowAt(window, at).next_opens_at)).toEqual([10, 30, null]);
  expect(windowAt(undefined, 5)).toEqual({ open_until: null, next_opens_at: null });
});

it('who waits for an answer comes first', () => {
  const of = (employee_no: string, voices: VoiceEntry[]) => agreementOf(row({ employee_no, voices }), [], open, 'lead');
  const team = [of('1', [said(1, 'confirm')]), of('2', []), of('3', [said(1, 'object'), said(2, 'reply', null, 'lead')]), of('4', [said(1, 'disagree')])];
  expect(inOrder(team).map(({ row: { employee_no } }) => employee_no)).toEqual(['4', '3', '2', '1']);
});

it('a change for the next window is no loss to be told of', () => {
  const item = { version: 'v', n: 1, record: 'r', field: 'terms', value: null, at: 1 };
  const parked = [{ ...item, reason: 'window_closed' }, { ...item, reason: 'weights' }, { ...item, record: 'other', reason: 'weights' }];
  expect(parkedOf(parked, 'r').map(({ reason }) => reason)).toEqual(['weights']);
});

it('weights are summed, and an id of a row becomes one of a route', () => {
  expect(sumOf(CHANGED)).toBe(100);
  expect(uuidOf('AaInp5GleaGNHFrRb_7Y0A')).toBe('01a227a7-91a5-79a1-8d1c-5ad16ffed8d0');
});

describe('a line that marks on a straight line', () => {
  const straight = { ...line(1, 100, 60), threshold: 90, rule: 'line', bands: [90, 95, 100, 105] } as FormLine;

  it('leads through another target once that stands', () => {
    const terms: TermLine[] = [[1, 98, 60], [2, null, 40]];
    const [first] = withTerms([straight, LINES[1] as FormLine], terms);
    expect(first).toMatchObject({ target: 98, bands: [90, 94, 98, 102] });
    expect(withTerms(LINES, terms)[0]?.bands).toBeNull();
  });

  it('needs a target that is better than the warning value', () => {
    expect([better(98, 90, 'higher'), better(90, 90, 'higher'), better(80, 90, 'higher'), better(80, 90, 'lower'), better(null, 90, 'lower')]).toEqual([true, false, false, true, false]);
    expect(withTerms([straight], [[1, 80, 100]])[0]?.bands).toEqual([90, 95, 100, 105]);
  });
});

it.each(vectors)('a target means something or not, as the server says: $why', ({ target, direction, threshold, straight, stands, asked, holds }) => {
  expect(isAim(asked, stands, { target, threshold, direction: direction as FormLine['direction'], rule: straight ? 'line' : null })).toBe(holds);
});

it('terms go in as they are with 100 and sound targets alone', () => {
  const seen = agreementOf(row(), [], open, 'lead');
  expect(isSound(CHANGED, seen)).toBe(true);
  expect(isSound(CHANGED.map(([key, target]): TermLine => [key, target, 10]), seen)).toBe(false);
  expect(isSound(CHANGED.map(([key, , weight]): TermLine => [key, 5, weight]), seen), 'a target for what a person judges').toBe(false);
});

it('an agreement is over after its last day', () => {
  const over = overAt({ period_to: '2026-12-31' });
  expect([over - 1, over].map((at) => new Date(at).getFullYear())).toEqual([2026, 2027]);
});

it('what was put aside still has its text', () => {
  const item = { version: 'v', n: 1, record: 'r', at: 1, reason: 'weights' };
  expect(writtenIn({ ...item, field: 'voice', value: { voice: 'object', words: '太高' } })).toEqual({ voice: 'object', lines: null, words: '太高' });
  expect(writtenIn({ ...item, field: 'terms', value: { lines: CHANGED, words: '因为' } })).toEqual({ voice: null, lines: CHANGED, words: '因为' });
  expect(writtenIn({ ...item, field: 'terms', value: null })).toEqual({ voice: null, lines: null, words: '' });
});

it('a target is told with all its digits, a change of them too', () => {
  const [first] = LINES as [FormLine];
  expect([98.55, 0.1234, 1234.56, 0.1 + 0.2].map(exact)).toEqual(['98.55', '0.1234', '1234.56', '0.3']);
  expect(changes([[first.key, 98.51, 60]], [[first.key, 98.54, 60]], LINES).join()).toMatch(/98\.51.*98\.54/);
  expect(bandText({ ...first, bands: [98.55, 99.05, 99.55, 99.95] }, 3, exact)).toBe(`99.05–99.55${first.unit === '%' ? '%' : ''}`);
});
