/**
 * The edits that have no receipt yet. Whatever this says is on the phone lies on its disk: `append` resolves at the
 * `complete` of a strict transaction. n counts up without a gap for this person on this device, and is taken in the
 * same transaction as the edit; a tab that lost the race for a number takes the next. An edit that has once been on
 * the wire is frozen; before that, a newer value of the same field takes its place under the same n and base, if its
 * author had seen it. Who names an own edit without having seen its last content means that one's base instead: the
 * server then meets two edits that do not know of each other, as they do not.
 */
import { writingOf } from '../db/envelope';
import type { EditState, StoredEdit, StoredReceipt } from '../db/schema';
import type { UserDb } from '../db/user-db';
import type { Clock } from '../foundation/clock';
import { StorageFailed } from '../foundation/problem';
import type { OwnEdit } from './overlay';
import { tidy } from './tidy';
import type { Edit, Id, NewMutation, Version } from './types';
import { inShown, renamed, shownAs } from './versions';

export type Content = Omit<Edit, 'n' | 'record'>;

export interface Entry {
  edit: OwnEdit;
  state: EditState;
  attempts: number;
  not_before: number;
  at: number;
  bytes: number;
}

/** Bytes that an edit takes in a request, rather too many than too few. */
const sizeOf = ({ n, field, value, base }: Edit): number =>
  new TextEncoder().encode(JSON.stringify([n, field, value, base])).length + 16;

/** The place of an edit's content; the same in outbox and ledger, so that a receipt moves it as it is. */
export const editPlace = (n: number): string => `edit|${n}`;

export async function openEdit(db: UserDb, stored: { n: number; record: string; sealed: StoredEdit['sealed'] }): Promise<Edit> {
  const content = await db.unseal<Content>(editPlace(stored.n), stored.sealed);
  return { n: stored.n, record: stored.record, ...content };
}

/** More lost races in a row than tabs could cause: something is wrong, and the person is told. */
const MOST_RACES = 100;

class LostRace extends Error {}

type Wish = Omit<NewMutation, 'base'> & { base: Version[] };

export class Outbox {
  #entries = new Map<number, Entry>();
  #n = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly db: UserDb,
    /** Under which this person's edits are numbered on this phone: the one on its disk, from the first edit on. */
    public device: Id,
    readonly author: Id,
    private readonly clock: Clock,
  ) {}

  /** In the order of n. */
  get entries(): Entry[] {
    return [...this.#entries.values()].sort((a, b) => a.edit.n - b.edit.n);
  }

  version(n: number): Version {
    return `${this.device}.${this.author}.${n}`;
  }

  /** The number of an own edit; null: somebody else's version. */
  readonly nOf = (version: Version): number | null => {
    const own = `${this.device}.${this.author}.`;
    return version.startsWith(own) ? Number(version.slice(own.length)) : null;
  };

  /** One thing after the other: appends, and whatever reads the outbox anew, never overtake each other. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work, work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  /** Takes what the disk says in place of what memory says. Call within `inTurn`. */
  async take(n: number, stored: readonly StoredEdit[], device: Id | null = null): Promise<void> {
    if (device) this.device = device;
    const entries = await Promise.all(stored.map((one) => this.#entry(one)));
    this.#entries = new Map(entries.map((entry) => [entry.edit.n, entry]));
    this.#n = n;
  }

  /** Resolves when the edit is on disk. Throws StorageFailed. */
  append(wish: NewMutation): Promise<Entry> {
    const asked: Wish = { ...wish, ...tidy(wish) };
    /** Names under which something else was shown than lies here. */
    const unseen = new Set<Version>();
    return this.inTurn(async () => {
      for (let left = MOST_RACES; ; left--) {
        try {
          return await this.#write(asked, unseen);
        } catch (error) {
          const lost = error instanceof LostRace || (error as Error).name === 'ConstraintError';
          if (!lost) throw error;
          if (left === 0) throw new StorageFailed('failed', { cause: error });
          await this.#reread();
        }
      }
    });
  }

  /** Marks edits as on the wire before they are, and gives those that are still here with their last content. */
  freeze(ns: readonly number[]): Promise<Edit[]> {
    return ns.length === 0 ? Promise.resolve([]) : this.inTurn(() => this.#freeze(ns));
  }

  /** Its author's explicit act. */
  discard(n: number): Promise<void> {
    return this.inTurn(async () => {
      await this.db.write(['outbox'], (tx) => tx.objectStore('outbox').delete(n));
      this.#entries.delete(n);
    });
  }

  async #freeze(ns: readonly number[]): Promise<Edit[]> {
    const stored = await this.db.write(['outbox'], async (tx) => {
      const found: StoredEdit[] = [];
      for (const n of ns) {
        const held = await tx.objectStore('outbox').get(n);
        if (!held) continue;
        // On its way it waits for nothing any more: an answer that is lost must not leave it where a held one waits.
        const frozen: StoredEdit = { ...held, state: 'sending', attempts: held.attempts + 1, not_before: 0 };
        await tx.objectStore('outbox').put(frozen);
        found.push(frozen);
      }
      return found;
    });
    const entries = await Promise.all(stored.map((one) => this.#entry(one)));
    for (const entry of entries) this.#entries.set(entry.edit.n, entry);
    return entries.map((entry) => entry.edit);
  }

  async #write(wish: Wish, unseen: Set<Version>): Promise<Entry> {
    const at = this.clock.now();
    const before = this.#replaceable(wish);
    const named: Version[] = [];
    const { value, base } = renamed(wish, (name) => {
      named.push(name);
      const [version, , ...under] = inShown(name);
      return unseen.has(name) ? under : [version];
    });
    const n = before?.edit.n ?? this.#n + 1;
    const content: Content = {
      field: wish.field,
      op: wish.op,
      value,
      base: before?.edit.base ?? base,
      device_time_ms: at,
    };
    const sealed = await this.db.seal(editPlace(n), content);
    const stored: StoredEdit = {
      n,
      record: wish.record,
      state: 'queued',
      attempts: 0,
      not_before: 0,
      at: before?.at ?? at,
      sealed,
    };
    const expected = this.#n;
    await this.db.write(['meta', 'outbox', 'ledger'], async (tx) => {
      const meta = tx.objectStore('meta');
      const outbox = tx.objectStore('outbox');
      if (((await meta.get('n')) ?? 0) !== expected) throw new LostRace();
      // A sign-in that found no room has left no id here; another tab may have brought one of its own.
      const device = await meta.get('device');
      if (device && device !== this.device) throw new LostRace();
      if (!device) await meta.put(this.device, 'device');
      const known = unseen.size;
      for (const name of named) {
        const [version, writing] = inShown(name);
        if (!writing) continue; // another's, or as the server has it
        const own = this.nOf(version) ?? 0;
        const held = (await outbox.get(own)) ?? (await tx.objectStore('ledger').get(own));
        if (held && writingOf(held.sealed) !== writing) unseen.add(name);
      }
      if (unseen.size > known) throw new LostRace();
      if (before) {
        const held = await outbox.get(n);
        if (!held || held.attempts > 0) throw new LostRace();
        await outbox.put(stored);
      } else {
        await outbox.add(stored);
        await meta.put(n, 'n');
      }
    });
    const entry = this.#entryOf(stored, this.#own(stored, { n, record: wish.record, ...content }));
    this.#entries.set(n, entry);
    this.#n = Math.max(this.#n, n);
    return entry;
  }

  /** The edit that this one may take the place of: unsent, the same field, the record's newest, and seen by its author. */
  #replaceable({ op, record, field, base }: Wish): Entry | null {
    if (op !== 'set') return null;
    const newest = this.entries.findLast(({ edit }) => edit.record === record);
    if (!newest || newest.attempts > 0 || newest.state !== 'queued') return null;
    if (newest.edit.op !== 'set' || newest.edit.field !== field) return null;
    return base.length === 1 && base[0] === newest.edit.shown ? newest : null;
  }

  /** Whether another tab has taken numbers of which this one was not told: it was killed before it could. A disk that
   *  does not answer is asked again after the next round. */
  async isBehind(): Promise<boolean> {
    const n = await this.db.read(['meta'], (tx) => tx.objectStore('meta').get('n')).catch(() => this.#n);
    return (n ?? 0) !== this.#n;
  }

  async #reread(): Promise<void> {
    const [n, device, stored] = await this.db.read(['meta', 'outbox'], (tx) =>
      Promise.all([tx.objectStore('meta').get('n'), tx.objectStore('meta').get('device'), tx.objectStore('outbox').getAll()]),
    );
    await this.take((n as number | undefined) ?? 0, stored, (device as Id | undefined) ?? null);
  }

  /** How it stands with an edit, not what it says. */
  turn(n: number, state: EditState): Promise<void> {
    return this.inTurn(async () => {
      await this.db.write(['outbox'], async (tx) => {
        const held = await tx.objectStore('outbox').get(n);
        if (held) await tx.objectStore('outbox').put({ ...held, state });
      });
      const entry = this.#entries.get(n);
      if (entry) this.#entries.set(n, { ...entry, state });
    });
  }

  async #entry(stored: StoredEdit): Promise<Entry> {
    return this.#entryOf(stored, await this.open(stored));
  }

  /** An own edit that lies in outbox or ledger. */
  async open(stored: StoredEdit | StoredReceipt): Promise<OwnEdit> {
    return this.#own(stored, await openEdit(this.db, stored));
  }

  #own({ sealed }: StoredEdit | StoredReceipt, edit: Edit): OwnEdit {
    const version = this.version(edit.n);
    return { ...edit, version, shown: shownAs(version, writingOf(sealed), edit.base) };
  }

  #entryOf({ state, attempts, not_before, at }: StoredEdit, edit: OwnEdit): Entry {
    return { edit, state, attempts, not_before, at, bytes: sizeOf(edit) };
  }
}
