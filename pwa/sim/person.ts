/** What people do with a phone, by the functions that the product's own screens call. */
import type { OwnEdit } from '../src/sync/overlay';
import type { EvaluationRow, NewMutation } from '../src/sync/types';
import type { Dice } from './dice.ts';
import type { Oracle } from './oracle.ts';
import type { Tab } from './tab.ts';
import type { World } from './world.ts';

const WORDS = ['clean', 'late', 'helps others', 'checks twice', 'tools in place', 'asks first', 'quiet', 'fast'];
const RECORDS = 3;
const LINES = 3;

/** Among how many evaluations and lines they choose. */
interface Where {
  records: number;
  lines: number;
}
const TAGS = ['chip.low', 'chip.mid', 'chip.high'];

type Phone = NonNullable<Tab['phone']>;
type Hand = InstanceType<Tab['client']['Hand']>;
type Act = (to: Hand) => Promise<unknown>;

/** Who holds a tab: what they do goes on from what they did before, one write after the other, as the screens have it. */
interface Thumb {
  hand: Hand;
  last: Promise<unknown>;
}
const thumbs = new WeakMap<Phone, Thumb>();

interface Doing {
  /** Settles when the phone has said "saved" or has refused. */
  done: Promise<unknown>;
  what: string;
}

/** Somebody taps; the story goes on while the phone is still at it. */
export function edit(world: World, tab: Tab): void {
  const { on } = world.kinds;
  const where: Where = on.has('meeting') ? { records: 1, lines: 1 } : { records: RECORDS, lines: LINES };
  const doing = act(tab, world.dice, world.oracle, where, on.has('sheet'));
  if (!doing) return;
  world.note(`${tab.device.name} ${doing.what}`);
  world.follow(tab, doing.done);
}

/** One act of whoever holds this tab; null: there is nothing to do here. */
function act(tab: Tab, dice: Dice, oracle: Oracle, where: Where, sheets: boolean): Doing | null {
  const { phone } = tab;
  if (!phone) return null;
  const thumb = thumbs.get(phone) ?? { hand: new tab.client.Hand(watched(tab, phone, oracle)), last: Promise.resolve() };
  thumbs.set(phone, thumb);
  if (sheets && phone.loaded && (tab.sheet || dice.chance(0.3))) return atSheet(tab, phone, dice, oracle, where.records, thumb.hand);
  const chosen = choose(tab, dice, where, thumb.hand);
  if (!chosen) return null;
  const done = thumb.last.then(() => chosen.act(thumb.hand));
  thumb.last = done.catch(() => undefined);
  return { what: chosen.what, done };
}

/** The phone, with the oracle looking on. */
function watched(tab: Tab, phone: Phone, oracle: Oracle): ConstructorParameters<Tab['client']['Hand']>[0] {
  const hand = { tab, me: phone.me, db: tab.client.userDbName(phone.user) };
  return {
    append: async (wish: NewMutation): Promise<OwnEdit> => {
      oracle.wish(hand, wish, tab.sheet !== null);
      let written: OwnEdit;
      try {
        written = await phone.append(wish);
      } catch (error) {
        if (!tab.dead) oracle.answered(hand, wish);
        throw error;
      }
      // A killed tab says nothing any more, and its screen is gone.
      if (tab.dead) return written;
      oracle.promised(hand, wish);
      oracle.answered(hand, wish);
      return written;
    },
  };
}

/** A comment's sheet is opened, left open, or kept: what others write meanwhile lies under it. */
function atSheet(tab: Tab, phone: Phone, dice: Dice, oracle: Oracle, records: number, hand: Hand): Doing | null {
  const { hands } = tab.client;
  if (tab.sheet?.phone !== phone) {
    const rows = phone.evaluations.slice(0, records).filter(({ may }) => may.includes('score'));
    // Always the same one, so that two people meet at it.
    const [[row], line] = [rows, 1];
    if (!row) return null;
    const field = row.fields[`comment/${line}`];
    tab.sheet = { phone, line, seen: hand.sees(row), text: typeof field?.value === 'string' ? field.value : '', hand };
    oracle.looks(tab, phone.me, row.id, `comment/${line}`);
    return { what: 'sheet', done: Promise.resolve() };
  }
  const { sheet } = tab;
  if (dice.chance(0.4)) return null;
  const more = dice.pick(WORDS);
  sheet.text = sheet.text && dice.chance(0.7) ? `${sheet.text}. ${more}` : more;
  const stays = dice.chance(0.5);
  const done = hands.write(sheet.hand, sheet.seen(), 'comment', sheet.line, sheet.text).then(() => undefined);
  const close = (): void => void (stays || (tab.sheet === sheet && (tab.sheet = null)));
  return { what: 'keep', done: done.finally(close) };
}

function choose(tab: Tab, dice: Dice, { records, lines }: Where, hand: Hand): { what: string; act: Act } | null {
  const { phone, client } = tab;
  if (!phone?.loaded) return null;
  const result = phone.results.find(({ may }) => may.includes('answer'));
  if (result && dice.chance(0.6)) {
    const answer = dice.pick(['agree', 'disagree'] as const);
    const value = { answer, note: dice.pick(WORDS) };
    return { what: 'answer', act: (to) => to.append({ record: result.id, field: 'answer', op: 'append', value, base: result.version }) };
  }
  const rows = phone.evaluations.slice(0, records);
  if (rows.length === 0) return null;
  const row = dice.pick(rows);
  const open = phone.cases.find((one) => one.evaluation_id === row.id && one.state === 'open' && one.may.includes('decide'));
  if (open && dice.chance(0.5)) {
    const chosen = dice.pick(open.candidates);
    const value = { case: open.id, chosen: chosen.version, value: chosen.value, reason: dice.pick(WORDS) };
    const base = open.candidates.map(({ version }) => version);
    return { what: 'resolve', act: (to) => to.append({ record: row.id, field: open.field, op: 'resolve', value, base }) };
  }
  const { hands } = client;
  if (!row.may.includes('score')) {
    return row.may.includes('recall') && dice.chance(0.5) ? { what: 'recall', act: (to) => hands.recall(to, row) } : null;
  }
  const line = dice.between(1, lines);
  const seen = hand.sees(row);
  const says = (what: 'comment' | 'reason', text: string): { what: string; act: Act } => ({ what, act: (to) => hands.write(to, seen(), what, line, text) });
  switch (dice.weighed({ score: 6, comment: 3, reason: 1, chip: 2, unchip: 1, finish: 1 })) {
    case 'score': {
      const value = dice.chance(0.05) ? null : dice.between(1, 5);
      return { what: 'score', act: (to) => hands.giveScore(to, seen(), line, value) };
    }
    case 'comment':
      return says('comment', words(row, `comment/${line}`, dice));
    case 'reason':
      return says('reason', dice.pick(WORDS));
    case 'chip': {
      const tag = dice.pick(TAGS);
      return { what: 'chip', act: (to) => hands.addChip(to, seen(), line, tag) };
    }
    case 'unchip': {
      const tags = Object.keys((row.fields[`chips/${line}`]?.value ?? {}) as object);
      if (!tags.length) return null;
      const tag = dice.pick(tags);
      return { what: 'unchip', act: (to) => hands.removeChip(to, seen(), line, tag) };
    }
    case 'finish':
      return row.may.includes('submit') ? { what: 'finish', act: (to) => finish(tab, row, to, dice) } : null;
  }
}

/** Goes on from what stands there, or writes anew. */
function words(row: EvaluationRow, field: string, dice: Dice): string {
  const held = row.fields[field]?.value;
  const more = dice.pick(WORDS);
  return typeof held === 'string' && held && dice.chance(0.7) ? `${held}. ${more}` : more;
}

/** Gives every mark that is missing, with a reason for each, and submits. */
async function finish(tab: Tab, row: EvaluationRow, to: Hand, dice: Dice): Promise<void> {
  const { hands } = tab.client;
  const now = (): EvaluationRow => tab.phone?.evaluation(row.id) ?? row;
  const form = tab.phone?.forms.get(row.form_id);
  for (const { key } of form?.lines ?? []) {
    if (typeof now().fields[`score/${key}`]?.value !== 'number') await hands.giveScore(to, now(), key, dice.between(1, 5));
    if (!now().fields[`reason/${key}`]?.value) await hands.write(to, now(), 'reason', key, 'seen');
  }
  await hands.submit(to, now());
}
