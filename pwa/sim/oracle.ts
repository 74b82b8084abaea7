/**
 * What was promised: each edit for which a phone has shown "saved". It looks past the product, at the disk and at the
 * server's tables, and believes neither the phone's view nor its status.
 */
import { opened } from './crypto.ts';
import type { StoredEdit, StoredReceipt } from '../src/db/schema';
import type { NewMutation } from '../src/sync/types';
import type { Device, Person, Tab } from './tab.ts';

export interface Content {
  field: string;
  op: string;
  value: unknown;
}

export interface Saved extends Content {
  device: Device;
  db: string;
  /** device.author.n */
  id: string;
  n: number;
  record: string;
  /** Its receipt was final once: what the phone must keep of it from then on is the ledger's affair. */
  confirmed: boolean;
  /** Two tabs that had not heard of each other are as two phones: the server may merge what they gave, or ask. One of
   *  them may be gone by now, killed before it could say what it had written there. */
  apart: boolean;
  /** Typed in a sheet that may have been open for long. */
  sheet: boolean;
  /** What was last said to be saved, where a tab was killed between writing something newer in its place and saying so;
   *  and the tabs that were there then. Nobody has told them: until they read the disk they show what was said. */
  untold?: { said: unknown; tabs: Set<Tab> };
}

export interface Logged extends Content {
  id: string;
  author: string;
  record: string;
  asked: unknown;
  receipt: string;
  reason: string | null;
}

/** A tab in the hands of whoever it showed its screen to. */
export interface Hand {
  tab: Tab;
  me: string;
  db: string;
}

export class Violation extends Error {
  override readonly name = 'Violation';
  readonly rule: string;
  readonly about: string;

  constructor(rule: string, about: string) {
    super(`${rule}: ${about}`);
    this.rule = rule;
    this.about = about;
  }
}

/** What a stored edit says. */
export function contentOf(stored: Pick<StoredEdit, 'sealed'>): Content & { base: string[] } {
  const { sealed } = stored;
  if (sealed.v !== 1) throw new Violation('sealed', 'an edit lies in plain');
  return JSON.parse(opened(sealed.ct)) as Content & { base: string[] };
}

const isOf = (stored: StoredEdit | StoredReceipt, { record, field }: NewMutation): boolean =>
  stored.record === record && contentOf(stored).field === field;

export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export class Oracle {
  readonly saved = new Map<string, Saved>();
  /** Everything that anybody tried to save, by its content: the server may hold nothing else. */
  readonly wished = new Set<string>();
  /** Edits that went with a phone whose browser had cleared everything before they were sent. */
  readonly gone = new Set<string>();
  edits = 0;

  /** Wishes that got no word: their tab was killed, and they may or may not be on the disk. */
  readonly #open = new Map<string, number>();
  /** The tabs that were there when it was last wished, and that nobody would have told. */
  readonly #beside = new Map<string, Set<Tab>>();
  /** What stood in the field, on the screen, when it was tapped. */
  readonly #before = new WeakMap<NewMutation, unknown>();
  /** Versions of a field that a person has had before their eyes on a phone; what lies under an open sheet is not. */
  readonly #looked = new Map<string, Set<string>>();

  /** Before an edit is tried. */
  wish(hand: Hand, wish: NewMutation, underSheet = false): void {
    const key = this.#key(hand, wish);
    if (!underSheet) this.looks(hand.tab, hand.me, wish.record, wish.field);
    this.wished.add(key);
    this.#before.set(wish, hand.tab.phone?.evaluation(wish.record)?.fields[wish.field]?.value ?? null);
    this.#open.set(key, (this.#open.get(key) ?? 0) + 1);
    this.#beside.set(key, new Set(hand.tab.device.alive));
  }

  /** The phone has said something about it, whatever it was. */
  answered(hand: Hand, wish: NewMutation): void {
    const key = this.#key(hand, wish);
    this.#open.set(key, (this.#open.get(key) ?? 0) - 1);
  }

  /** Somebody reads a field. */
  looks({ device, phone }: Tab, me: string, record: string, field: string): void {
    const place = `${device.name} ${me} ${record} ${field}`;
    const looked = this.#looked.get(place) ?? new Set();
    this.#looked.set(place, looked);
    const [version] = phone?.evaluation(record)?.fields[field]?.version?.split('~') ?? [];
    if (version) looked.add(version);
  }

  /** Whether who wrote that edit had had a version of its field before their eyes by the end of the story. */
  hasLooked({ device, id, record, field }: Saved, version: string): boolean {
    const [, me = ''] = id.split('.');
    return this.#looked.get(`${device.name} ${me} ${record} ${field}`)?.has(version) ?? false;
  }

  #key({ tab, me }: Hand, wish: NewMutation): string {
    return wishKey(me, wish.record, wish.field, wish.op, tab.client.tidy(wish).value);
  }

  /** The phone shows "saved". Looks for the edit on the disk at that very moment. */
  promised({ tab, me, db }: Hand, wish: NewMutation): void {
    const wished = tab.client.tidy(wish).value;
    const { disk } = tab.device;
    const lying = [...disk.look<StoredEdit>(db, 'outbox'), ...disk.look<StoredReceipt>(db, 'ledger')];
    const fits = lying.filter((one) => {
      const held = contentOf(one);
      return one.record === wish.record && held.field === wish.field && held.op === wish.op && same(worded(held.op, held.value), worded(wish.op, wished));
    });
    if (fits.length === 0) throw new Violation('saved-is-on-disk', `${wish.op} ${wish.field} ${JSON.stringify(wished)}`);
    const lies = fits.reduce((one, other) => (other.n > one.n ? other : one));
    const { n } = lies;
    const { value, base } = contentOf(lies);
    const versionOf = (of: number): string => `${disk.lookAt<string>(db, 'meta', 'device')}.${me}.${of}`;
    const id = versionOf(n);
    const unseen = lying.filter((one) => one.n < n && isOf(one, wish) && !base.includes(versionOf(one.n)));
    // What takes an unsent edit's place has that one's base.
    const apart = this.saved.get(id)?.apart === true || tab.device.alive.length > 1 || unseen.some((one) => this.#isUntold(tab, me, one));
    this.edits++;
    this.#checkPlace(id, me, wish, value);
    this.saved.set(id, { device: tab.device, db, id, n, record: wish.record, field: wish.field, op: wish.op, value, confirmed: false, apart, sheet: tab.sheet !== null });
  }

  /** What took the place of an unsent edit was typed by somebody who had that one before their eyes. */
  #checkPlace(id: string, me: string, wish: NewMutation, value: unknown): void {
    const there = this.saved.get(id);
    const seen = this.#before.get(wish);
    if (!there || wish.op !== 'set' || same(there.value, value) || same(there.value, seen)) return;
    // Of a tab that was killed before it could say so.
    if ((this.#open.get(wishKey(me, wish.record, wish.field, wish.op, seen)) ?? 0) > 0) return;
    throw new Violation('replaced-is-seen', `${id} ${wish.field}: ${JSON.stringify(there.value)} under ${JSON.stringify(seen)}`);
  }

  /** At rest: every promised edit lies in the outbox or in the ledger, with the content last shown as saved. */
  checkDisks(): void {
    for (const one of this.saved.values()) {
      const { disk } = one.device;
      const stored =
        disk.lookAt<StoredEdit>(one.db, 'outbox', one.n) ?? disk.lookAt<StoredReceipt>(one.db, 'ledger', one.n);
      if (!stored) {
        if (one.confirmed) continue;
        throw new Violation('kept-until-receipt', `${one.id} ${one.field} is neither in outbox nor in ledger`);
      }
      if ('result' in stored) one.confirmed = true;
      const held = contentOf(stored);
      if (same([held.field, held.op, held.value], [one.field, one.op, one.value])) continue;
      const [, author = ''] = one.id.split('.');
      // A newer value took its place, and the tab was killed before it could say so.
      if ((this.#open.get(wishKey(author, one.record, held.field, held.op, held.value)) ?? 0) > 0) {
        one.untold = { said: one.value, tabs: new Set(one.device.alive) };
        one.value = held.value;
      } else {
        throw new Violation('content-as-saved', `${one.id} ${one.field}: ${JSON.stringify(held.value)} for ${JSON.stringify(one.value)}`);
      }
    }
  }

  /**
   * Somebody alone with one phone sees what they last gave, whatever has or has not arrived: it neither vanishes nor
   * falls back. Parked edits are out of it; so is a tab whose storage failed under it.
   */
  checkView(tab: Tab): void {
    const { phone, device } = tab;
    if (!phone?.loaded || tab.doubtful) return;
    const last = new Map<string, Saved>();
    for (const one of this.saved.values()) {
      if (one.device !== device || one.op !== 'set' || one.db !== databaseOf(tab)) continue;
      const place = `${one.record} ${one.field}`;
      if (one.n > (last.get(place)?.n ?? 0)) last.set(place, one);
    }
    for (const one of last.values()) {
      const row = phone.evaluation(one.record);
      const kept = device.disk.lookAt<StoredReceipt>(one.db, 'ledger', one.n);
      if (!row || kept?.parked || kept?.result === 'parked' || this.#hasLater(one)) continue;
      if ((kept?.result === 'conflict' || kept?.result === 'merged') && this.#wasApart(one, contentOf(kept).base)) continue;
      const shown = row.fields[one.field]?.value ?? null;
      if (same(shown, one.value)) one.untold?.tabs.delete(tab);
      else if (!one.untold?.tabs.has(tab) || !same(shown, one.untold.said)) {
        throw new Violation('own-edit-is-seen', `${one.id} ${one.field}: ${JSON.stringify(shown)} for ${JSON.stringify(one.value)}`);
      }
    }
  }

  /** Whether an edit that lies there was written beside this tab by one that was killed before it could say so. */
  #isUntold(tab: Tab, me: string, stored: StoredEdit | StoredReceipt): boolean {
    const { field, op, value } = contentOf(stored);
    const key = wishKey(me, stored.record, field, op, value);
    return (this.#open.get(key) ?? 0) > 0 && this.#beside.get(key)?.has(tab) === true;
  }

  /** Or goes on from such an edit that does not stand in the field: it meets there what that one met. */
  #wasApart(one: Saved, base: readonly string[]): boolean {
    if (one.apart) return true;
    return base.some((version) => {
      const from = this.saved.get(version);
      const kept = from && from.device.disk.lookAt<StoredReceipt>(from.db, 'ledger', from.n);
      if (!from || !kept || kept.result === 'applied' || kept.result === 'same') return false;
      return this.#wasApart(from, contentOf(kept).base);
    });
  }

  /** On disk, but its tab was killed before it could say so. */
  #hasLater({ device, db, n, record, field }: Saved): boolean {
    return [...device.disk.look<StoredEdit>(db, 'outbox'), ...device.disk.look<StoredReceipt>(db, 'ledger')].some(
      (one) => one.n > n && one.record === record && contentOf(one).field === field,
    );
  }

  /** The browser cleared this phone: what was not confirmed by then is gone, and nobody promised otherwise. */
  cleared(device: Device): void {
    for (const one of this.saved.values()) {
      if (one.device !== device) continue;
      if (!one.confirmed) this.gone.add(one.id);
      this.saved.delete(one.id);
    }
  }
}

/** What a person gave. What a submit signs is named on the screen as it is shown there, and on the disk as it is sent. */
const worded = (op: string, value: unknown): unknown => (op === 'command' ? (value as { name: string }).name : value);

export const wishKey = (author: string, record: string, field: string, op: string, value: unknown): string =>
  JSON.stringify([author, record, field, op, worded(op, value)]);

export function databaseOf(tab: Tab): string {
  const { user } = tab.session;
  if (!user) throw new Error('nobody is signed in');
  return tab.client.userDbName(user);
}

/** The database of somebody who has held this tab's phone. */
export function databaseFor(tab: Tab, person: Person): string {
  const bytes = [...atob(person.id.replace(/-/g, '+').replace(/_/g, '/'))].map((char) => char.charCodeAt(0).toString(16).padStart(2, '0'));
  const uuid = bytes.join('').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return tab.client.userDbName({ person_id: uuid, plant: { code: tab.device.around.plant } });
}
