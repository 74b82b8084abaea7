/**
 * What this phone holds of one person: the server's rows under the person's own edits, and how the sending stands.
 * Screens read it and call `append`; they never see IndexedDB or the network.
 */
import type { Snapshot, UserDb } from '../db/user-db';
import type { Credentials } from '../foundation/credentials';
import type { Chance } from '../foundation/chance';
import type { Clock } from '../foundation/clock';
import type { Exclusive } from '../foundation/exclusive';
import type { User } from '../foundation/people';
import type { Post } from '../foundation/post';
import { StorageFailed } from '../foundation/problem';
import type { Driver } from './driver';
import type { Exported } from './export';
import type { AskFileKey } from './file-key';
import { type Entry, Outbox } from './outbox';
import { byRecord, Overlaid, type OwnEdit } from './overlay';
import type { Line } from './planner';
import type { RoundEnd } from './round';
import { RowTable } from './rows';
import { type Surroundings, Triggers } from './triggers';
import { evaluationState, QUIET, statusOf } from './status';
import type {
  CaseRow,
  ChipRow,
  CycleRow,
  EvaluationRow,
  EvaluationState,
  FieldName,
  FormRow,
  Id,
  Kind,
  Millis,
  NewMutation,
  ParkedItem,
  ResultRow,
  Rows,
  SyncStatus,
  TrendRow,
  Version,
} from './types';

/** What tabs of one person tell each other. */
export type Notice = 'edits' | 'rows' | 'login' | 'lock';
export type Channel = Pick<BroadcastChannel, 'postMessage' | 'close' | 'onmessage'>;

export interface PhoneParts {
  db: UserDb;
  credentials: Credentials & { onRenewed(then: () => void): () => void; askAboutSession(): void; lock(): Promise<void> };
  post: Post;
  /** Of this phone, where the person's own database has none yet: a sign-in may find no room to write it down. */
  deviceId: () => Promise<Id>;
  exclusive: Exclusive;
  clock: Clock;
  chance: Chance;
  around: Surroundings;
  channel: Channel | null;
  storage: Pick<StorageManager, 'persist' | 'persisted'> | null;
  /** When the first screen is there; left out where nothing is drawn. */
  drawn?: () => Promise<void>;
  /** Asks the server what the file of unsent edits is sealed with. */
  fileKey?: AskFileKey;
}

export class Phone {
  /** True once the rows are read from this phone's storage (before any network). */
  loaded = $state(false);
  /** True once the server has sent everything that scoring needs at least once. */
  complete = $state(false);
  cycles = $state.raw<ReadonlyMap<Id, CycleRow>>(new Map());
  forms = $state.raw<ReadonlyMap<Id, FormRow>>(new Map());
  /** Under own edits, sorted by run_order. */
  evaluations = $state.raw<readonly EvaluationRow[]>([]);
  cases = $state.raw<readonly CaseRow[]>([]);
  results = $state.raw<readonly ResultRow[]>([]);
  trends = $state.raw<ReadonlyMap<Id, TrendRow>>(new Map());
  chips = $state.raw<readonly ChipRow[]>([]);
  status = $state.raw<SyncStatus>(QUIET);
  /** Settles when `loaded` is true; never rejects. */
  readonly ready: Promise<void>;

  #outbox: Outbox | null = null;
  #rows = new RowTable();
  #overlaid = { evaluation: new Overlaid('evaluation'), case: new Overlaid('case'), result: new Overlaid('result') };
  #byId: ReadonlyMap<Id, EvaluationRow> = new Map();
  #edits: ReadonlyMap<Id, readonly OwnEdit[]> = new Map();
  /** Confirmed edits that the rows have not caught up with, and when their receipts came. */
  #confirmed: OwnEdit[] = [];
  #parked: ParkedItem[] = [];
  #refused: OwnEdit[] = [];
  #line: Line | null = null;
  #sending = false;
  #cannotSend = false;
  #lastContact: Millis | null = null;
  #storage: SyncStatus['storage'] = 'ok';
  #persisted: boolean | null = null;
  #newerApp = false;
  /** False: values from before encryption may lie here still. */
  #whole = true;
  #driver: Driver | null = null;
  #closed = false;
  #triggers: Triggers;
  #endRenewals: () => void;

  constructor(
    readonly user: User,
    /** This person's id as rows have it (22 characters). */
    readonly me: Id,
    private readonly parts: PhoneParts,
  ) {
    this.#triggers = new Triggers(parts.clock, (hopeful) => void this.#poke(hopeful), parts.around);
    this.#endRenewals = parts.credentials.onRenewed(() => {
      this.#driver?.renewed();
      this.#tell('login');
    });
    if (parts.channel) parts.channel.onmessage = ({ data }) => void this.#hear(data as Notice);
    this.ready = this.#start();
  }

  evaluation(id: Id): EvaluationRow | undefined {
    void this.evaluations; // whoever reads one row depends on the list
    return this.#byId.get(id);
  }

  /** Rows that no scoring screen needs, as the server has them; `editsOf` has what lies over them here. */
  rows<K extends Kind>(kind: K): ReadonlyMap<Id, Rows[K]> {
    void this.status; // whatever moves rows or edits moves it too
    return this.#rows.all(kind);
  }

  /** Own edits of a record that its row does not hold yet, in the order in which they were made. */
  editsOf(record: Id): readonly OwnEdit[] {
    void this.status;
    return this.#edits.get(record) ?? [];
  }

  /** The version to hand on as `base` of an edit of that field: what the person sees now. */
  version(record: Id, field: FieldName): Version | null {
    return this.evaluation(record)?.fields[field]?.version ?? null;
  }

  /** Resolves when the edit is on this phone's disk, not before, with what lies there. Rejects with StorageFailed. */
  async append(wish: NewMutation): Promise<OwnEdit> {
    await this.ready;
    const outbox = this.#outbox;
    if (!outbox) throw new StorageFailed('none');
    let written: Entry;
    try {
      written = await outbox.append(wish).catch(async (error: unknown) => {
        if (!(error instanceof StorageFailed) || error.why !== 'full') throw error;
        await import('./keeping').then(({ makeRoom }) => makeRoom(this.parts.db)).catch(() => undefined);
        return outbox.append(wish);
      });
      this.#storage = 'ok';
    } catch (error) {
      if (error instanceof StorageFailed && error.why === 'full') this.#storage = 'full';
      this.#showStatus();
      throw error;
    }
    this.#showEdits();
    this.#tell('edits');
    this.#triggers.saved();
    return written.edit;
  }

  /** A person asks for a round now. */
  syncNow(): void {
    this.#triggers.tapped();
  }

  /** Every edit without a receipt as a file: sealed for the plant's server, or readable where the phone has no key yet. */
  async exportOutbox(): Promise<Exported> {
    await this.ready;
    const { user, parts } = this;
    const { exportEdits } = await import('./export');
    return exportEdits(parts, user, this.#outbox?.device ?? '', this.#outbox?.entries ?? [], this.#parked);
  }

  stateOf(evaluation: Id): EvaluationState {
    return evaluationState(this.evaluation(evaluation), this.cases, this.status);
  }

  /** When the server confirmed the submit of that evaluation; null: it has not. */
  deliveredAt(evaluation: Id): Millis | null {
    const row = this.evaluation(evaluation);
    if (!row || row.state === 'open' || this.status.queued_evaluations.has(evaluation)) return null;
    return row.submitted_at ?? this.#lastContact;
  }

  /** When submit was tapped on this phone, as long as the server has not confirmed it. */
  submittedAt(evaluation: Id): Millis | null {
    void this.status; // the outbox is no state; it changes with the status
    return this.#outbox?.entries.findLast(({ edit }) => edit.record === evaluation && edit.op === 'command')?.at ?? null;
  }

  /** An explicit act of the author, after the export was offered: a parked or set-aside edit leaves this phone's list. */
  async discard(version: Version): Promise<void> {
    if (this.#outbox) await (await import('./keeping')).letGo(this.parts.db, this.#outbox, version);
    await this.#reload();
    this.#tell('edits');
  }

  /** Asks the browser to keep the data for good; `status.persisted` has the answer. */
  async askToPersist(): Promise<void> {
    this.#persisted = (await this.parts.storage?.persist().catch(() => false)) ?? null;
    this.#showStatus();
  }

  /** Before the lock: resolves when whatever was tapped or typed is on the disk, or has failed and said so. Other tabs lock too. */
  async settled(): Promise<void> {
    await this.ready;
    await new Promise<void>((then) => this.parts.clock.after(0, then));
    await this.#outbox?.inTurn(() => Promise.resolve());
    this.#tell('lock');
  }

  close(): void {
    this.#closed = true;
    this.#driver?.close();
    this.#triggers.close();
    this.#endRenewals();
    this.parts.channel?.close();
  }

  async #start(): Promise<void> {
    try {
      const snapshot = await this.parts.db.snapshot();
      this.#whole = snapshot.key?.whole ?? false;
      const outbox = new Outbox(this.parts.db, snapshot.device ?? (await this.parts.deviceId()), this.me, this.parts.clock);
      await outbox.inTurn(() => this.#take(outbox, snapshot, true));
      this.#outbox = outbox;
    } catch (error) {
      this.#newerApp = error instanceof StorageFailed && error.why === 'newer';
      this.#storage = 'none';
    }
    this.#showRows();
    this.#showEdits();
    this.loaded = true;
    if (this.#outbox) void this.#settleIn(this.#outbox);
  }

  /** What may wait until the screen is drawn. */
  async #settleIn(outbox: Outbox): Promise<void> {
    await this.parts.drawn?.();
    if (this.#closed) return;
    // Should one not open: scoring goes on without quick comments.
    await outbox.inTurn(() => this.#rows.takeRest(this.parts.db)).catch(() => undefined);
    this.#showRows();
    this.#persisted = (await this.parts.storage?.persisted().catch(() => null)) ?? null;
    this.#triggers.started();
    const house = await import('./housekeeping').catch(() => null);
    if (!house) return; // at the next start, then
    const { forgetOldReceipts, sealWhatIsPlain } = house;
    await forgetOldReceipts(this.parts.db).catch(() => undefined);
    if (!this.#whole) await sealWhatIsPlain(this.parts.db).catch(() => undefined);
  }

  /** The part that talks to the server is loaded when it is first needed, and again when loading it failed. */
  async #poke(hopeful: boolean): Promise<void> {
    const { parts } = this;
    const engine = this.#driver ? null : await import('./engine').catch(() => null);
    if (this.#closed || !this.#outbox) return;
    this.#cannotSend = !this.#driver && !engine;
    if (this.#cannotSend) return this.#showStatus();
    this.#driver ??= engine?.startEngine(this.#outbox, {
      ...parts,
      visible: () => parts.around.document.visibilityState === 'visible',
      changed: (line, sending) => {
        this.#line = line;
        this.#sending = sending;
        this.#showStatus();
      },
      ended: (end) => this.#afterRound(end),
    }) ?? null;
    this.#driver?.poke(hopeful);
  }

  async #afterRound({ pulled, full, outcome }: RoundEnd): Promise<void> {
    if (this.#closed) return; // what the answer brought lies on the disk, and nobody is left to see it
    if (full) this.#storage = 'full';
    await this.#outbox?.inTurn(async () => {
      if (pulled) {
        this.#lastContact = pulled.sync.last_contact_at;
        this.#rows.apply(pulled);
        this.complete = isComplete(pulled.sync.access, pulled.scopes);
        if (pulled.changes.length) this.#showRows();
        // Nothing may be held here any more: a person without a scope, or a phone that was reported lost.
        if (pulled.sync.access && !pulled.scopes.length) this.parts.credentials.askAboutSession();
      }
      // An idle poll changes nothing but the time of contact.
      const idle = !pulled?.changes.length && !this.#outbox?.entries.length && !this.#confirmed.length;
      if (!idle || (pulled && !this.#rows.isAt(pulled)) || (await this.#outbox?.isBehind())) await this.#read();
    });
    if (outcome.was === 'answered' && pulled?.changes.length) this.#tell('rows');
  }

  #reload(): Promise<void> {
    return this.#outbox?.inTurn(() => this.#read()) ?? Promise.resolve();
  }

  /** Takes what the disk says: edits always, rows when another tab has moved them on. Call in turn. */
  async #read(): Promise<void> {
    if (!this.#outbox) return;
    if (await this.#take(this.#outbox, await this.parts.db.snapshot())) this.#showRows();
    this.#showEdits();
  }

  /** True: other rows than before. */
  async #take(outbox: Outbox, snapshot: Snapshot, first = false): Promise<boolean> {
    await outbox.take(snapshot.n, snapshot.outbox, snapshot.device);
    this.#confirmed = await Promise.all(snapshot.overlay.map((stored) => outbox.open(stored)));
    const refused: OwnEdit[] = [];
    this.#parked = await Promise.all(
      snapshot.parked.map(async (stored) => {
        const edit = await outbox.open(stored);
        const { n, version, record, field, value, op } = edit;
        if (op === 'set' && stored.result === 'parked') refused.push({ ...edit, refused: true });
        return { n, version, record, field, value, reason: stored.reason ?? stored.result, at: stored.at };
      }),
    );
    this.#refused = refused;
    this.#lastContact = snapshot.sync.last_contact_at;
    this.complete = isComplete(snapshot.sync.access, snapshot.scopes);
    if (this.#rows.isAt(snapshot)) return false;
    await this.#rows.take(this.parts.db, snapshot.rows, snapshot, first);
    return true;
  }

  #showRows(): void {
    this.cycles = this.#rows.all('cycle');
    this.forms = this.#rows.all('form');
    this.trends = this.#rows.all('trend');
    this.chips = [...this.#rows.all('chip').values()];
  }

  #showEdits(): void {
    const waiting = (this.#outbox?.entries ?? []).filter(({ state }) => state !== 'set_aside').map(({ edit }) => edit);
    const edits = (this.#edits = byRecord([...this.#confirmed, ...this.#refused, ...waiting]));
    const rows = this.#overlaid.evaluation.over(this.#rows.all('evaluation'), edits);
    this.#byId = new Map(rows.map((row) => [row.id, row]));
    this.evaluations = rows.sort((a, b) => a.run_order - b.run_order);
    this.cases = this.#overlaid.case.over(this.#rows.all('case'), edits);
    this.results = this.#overlaid.result.over(this.#rows.all('result'), edits);
    this.#showStatus();
  }

  #showStatus(): void {
    this.status = statusOf({
      entries: this.#outbox?.entries ?? [],
      parked: this.#parked,
      line: this.#line,
      sending: this.#sending,
      cannot_send: this.#cannotSend,
      last_contact_at: this.#lastContact,
      storage: this.#storage,
      persisted: this.#persisted,
      newer_app: this.#newerApp,
    });
  }

  async #hear(notice: Notice): Promise<void> {
    if (notice === 'login') this.#driver?.renewed();
    else if (notice === 'lock') await this.parts.credentials.lock();
    else await this.#reload().catch(() => undefined);
  }

  #tell(notice: Notice): void {
    // What was begun before the person changed ends after it: saved all the same, and nobody is left to be told.
    if (!this.#closed) this.parts.channel?.postMessage(notice);
  }
}

const isComplete = (access: string, scopes: readonly { name: string; cursor: number }[]): boolean =>
  access !== '' && scopes.every(({ name, cursor }) => cursor > 0 || !/^(rate|own):/.test(name));
