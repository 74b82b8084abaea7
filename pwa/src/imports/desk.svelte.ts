/** Imports as the desk reads and runs them. What takes long is done by the server; the page asks now and then how far it is. */
import { api } from '../foundation/api';
import { ApiProblem } from '../foundation/problem';
import type { Asked, Change, Choice, Finding, Import, Kind, Mapping, State, Table } from './types';
import { failureWords } from './words';

export const FILES_MAX = 20;
export const BYTES_MAX = 10 * 1024 * 1024;
const AT_WORK: readonly State[] = ['reading', 'applying', 'undoing'];
const LOOK_AGAIN_MS = 1000;
export const isAtWork = (one: Import | null): boolean => one !== null && AT_WORK.includes(one.state);

/** How much it changes: everything that does not stay as it is. */
export function changesOf(one: Import): number {
  const counts = Object.values((one.counts ?? {}) as Record<string, Record<string, number>>);
  return counts.reduce((sum, each) => sum + Object.entries(each).reduce((n, [what, count]) => n + (what === 'unchanged' ? 0 : count), 0), 0);
}

/** Pages that are read as far as somebody looks. */
class Pages<T> {
  items = $state.raw<T[]>([]);
  more = $state(true);
  #page = 0;
  #last: Promise<void> = Promise.resolve();
  constructor(private readonly read: (page: number) => Promise<{ items: T[]; more: boolean }>) {}

  /** Read on until so many fit, or there are no more; one after the other, whoever asks. */
  reach(count: number, fits: (one: T) => boolean): Promise<void> {
    const turn = this.#last.then(() => this.#reach(count, fits));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #reach(count: number, fits: (one: T) => boolean): Promise<void> {
    while (this.more && this.items.filter(fits).length < count) {
      const read = await this.read(this.#page);
      this.#page += 1;
      this.items = [...this.items, ...read.items];
      this.more = read.more;
    }
  }
}

export class ImportDesk {
  list = $state.raw<Import[]>([]);
  kinds = $state.raw<Kind[]>([]);
  one = $state.raw<Import | null>(null);
  tables = $state.raw<Table[]>([]);
  findings = $state.raw<Pages<Finding> | null>(null);
  changes = $state.raw<Pages<Change> | null>(null);
  loaded = $state(false);
  busy = $state(false);
  /** Why the last attempt came to nothing, in words; empty: it did not fail. */
  failed = $state('');
  refused = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  load(id: string): Promise<boolean> {
    return this.#attempt(async () => {
      if (!this.kinds.length) this.kinds = await api.get('/api/imports/kinds');
      if (id) await this.#show(await api.get('/api/imports/{import_id}', { import_id: id }));
      else this.list = await api.get('/api/imports');
      this.loaded = true;
    });
  }

  /** The id of the import that was begun; null: it was not, and `failed` says why. */
  async send({ files, since, complete }: Asked): Promise<string | null> {
    let id: string | null = null;
    await this.#attempt(async () => {
      const told = await Promise.all(files.map(async (file) => ({ name: file.name, content: await base64Of(file) })));
      id = (await api.post('/api/imports', { files: told, since: since || null, complete })).id;
    });
    return id;
  }

  reread(mappings: Record<string, Mapping>): Promise<boolean> {
    return this.#step((at) => api.put('/api/imports/{import_id}/mappings', { mappings: mappings as never }, at));
  }

  /** `leaving`: how many leave, where somebody has to type it. */
  apply(phones: Choice | null, leaving: number | null): Promise<boolean> {
    const preview = this.one?.preview ?? '';
    return this.#step((at) => api.post('/api/imports/{import_id}/apply', { preview, phones, leaving }, at));
  }

  undo(): Promise<boolean> {
    return this.#step((at) => api.post('/api/imports/{import_id}/undo', undefined, at));
  }

  async look(): Promise<void> {
    const id = this.one?.id;
    if (id) await this.#attempt(async () => this.#show(await api.get('/api/imports/{import_id}', { import_id: id })), true);
  }

  /** Read findings or changes as far as they are looked at. */
  reach<T>(pages: Pages<T>, count: number, fits: (one: T) => boolean): Promise<boolean> {
    return this.#attempt(() => pages.reach(count, fits), true);
  }

  #step(ask: (at: { import_id: string }) => Promise<Import>): Promise<boolean> {
    return this.#attempt(async () => this.#show(await ask({ import_id: this.one?.id ?? '' })));
  }

  async #show(one: Import): Promise<void> {
    const settled = this.one?.id !== one.id || isAtWork(this.one);
    if (!isAtWork(one) && (settled || !this.findings)) await this.#preview(one.id);
    this.one = one;
    this.#watch();
  }

  async #preview(id: string): Promise<void> {
    const at = { import_id: id };
    const tables = new Pages<Table>((page) => api.get('/api/imports/{import_id}/tables', { ...at, page }));
    const findings = new Pages<Finding>((page) => api.get('/api/imports/{import_id}/findings', { ...at, page }));
    const changes = new Pages<Change>((page) => api.get('/api/imports/{import_id}/changes', { ...at, page }));
    const all = () => true;
    await Promise.all([tables.reach(Infinity, all), findings.reach(1, all), changes.reach(1, all)]);
    [this.tables, this.findings, this.changes] = [tables.items, findings, changes];
  }

  #watch(): void {
    clearTimeout(this.#timer);
    if (isAtWork(this.one) && !this.#ended) this.#timer = setTimeout(() => void this.look(), LOOK_AGAIN_MS);
  }

  /** `quiet`: nobody waits for it, so no button rests meanwhile. */
  async #attempt(act: () => Promise<void>, quiet = false): Promise<boolean> {
    this.busy ||= !quiet;
    if (!quiet) this.failed = '';
    try {
      await act();
      if (quiet) this.failed = '';
      return true;
    } catch (error) {
      this.refused = error instanceof ApiProblem && error.status === 403;
      this.failed = failureWords(error);
      this.#watch();
      return false;
    } finally {
      if (!quiet) this.busy = false;
    }
  }
}

function base64Of(file: File): Promise<string> {
  return new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result).replace(/^[^,]*,?/, ''));
    reader.onerror = () => fail(reader.error ?? new Error('unreadable'));
    reader.readAsDataURL(file);
  });
}
