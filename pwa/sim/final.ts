/** When the weather is fair and nothing is left to send: does the server hold what was promised, and do phones show it? */
import type { StoredReceipt } from '../src/db/schema';
import type { EvaluationRow } from '../src/sync/types';
import { through } from './loop.ts';
import type { Server } from './net.ts';
import { type Logged, type Oracle, type Saved, Violation, databaseOf, same, wishKey } from './oracle.ts';
import type { Device, Tab } from './tab.ts';

interface Step {
  record: string;
  field: string;
  kind: string;
  version: string | null;
  replaced: string | null;
}

export interface ServersLog {
  mutations: Logged[];
  variants: string[];
  history: Step[];
  evaluations: Record<string, string>;
  /** Case -> the evaluation that it is of. */
  cases: Record<string, string>;
  integrity: string;
}

/** What writes a field by itself; commands, answers and decisions have steps of their own kind. */
const FIELD_OPS = new Set(['set', 'add', 'remove']);
const WRITES = new Set(['set', 'merged']);
const FINAL = new Set(['a', 's', 'm', 'c', 'p']);
const WITH_EFFECT: Record<string, number> = { a: 1, m: 1, s: 0, p: 0 };

/** Every promised edit is in the log once, as it was shown, with a final receipt and exactly one effect. */
export function checkLog(log: ServersLog, oracle: Oracle): void {
  if (log.integrity !== 'ok') throw new Violation('integrity', log.integrity);
  if (log.variants.length) throw new Violation('id-reused', log.variants.join(' '));
  const byId = new Map(log.mutations.map((one) => [one.id, one]));
  const written = counted(log.history.filter(({ kind }) => WRITES.has(kind)));
  const ended = counted(log.history.filter(({ kind }) => kind === 'resolved'));
  for (const one of oracle.saved.values()) {
    const logged = byId.get(one.id);
    if (!logged) throw new Violation('saved-is-in-log', `${one.id} ${one.field}`);
    const shown = asAsked(one);
    if (logged.record !== one.record || logged.field !== one.field || logged.op !== one.op || !same(logged.asked, shown)) {
      throw new Violation('log-as-saved', `${one.id} ${one.field}: ${JSON.stringify(logged.asked)} for ${JSON.stringify(shown)}`);
    }
    if (!FINAL.has(logged.receipt)) throw new Violation('final-receipt', `${one.id} ${logged.receipt}`);
    // An edit that agrees with the other side of a case ends the case instead of writing a second time.
    const [wrote, closed] = [written.get(one.id) ?? 0, ended.get(one.id) ?? 0];
    const effects = logged.receipt === 'a' || logged.receipt === 'm' ? wrote + closed : wrote;
    const wanted = WITH_EFFECT[logged.receipt];
    if (wanted !== undefined && FIELD_OPS.has(one.op) && effects !== wanted) {
      throw new Violation('one-effect', `${one.id} ${one.op} ${one.field} ${JSON.stringify(one.value)} ${logged.receipt}: ${effects} steps`);
    }
    if (wrote > 1) throw new Violation('one-effect', `${one.id}: ${wrote} steps`);
  }
  checkHistory(log.history);
  checkSeen(log, oracle);
}

/** A comment replaced what its writer had read: never what came under their sheet. */
function checkSeen(log: ServersLog, oracle: Oracle): void {
  const typed = new Map(log.mutations.map(({ id, asked }) => [id, asked]));
  for (const { field, kind, version, replaced } of log.history) {
    const one = oracle.saved.get(version ?? '');
    if (kind !== 'set' || !one?.sheet || !replaced || oracle.hasLooked(one, replaced)) continue;
    const [device, author] = one.id.split('.');
    const own = replaced.startsWith(`${device}.${author}.`);
    // Two that gave the same are one: who has read either has read both.
    const agreed = [...typed].some(([id, asked]) => same(asked, typed.get(replaced)) && (oracle.hasLooked(one, id) || id.startsWith(`${device}.${author}.`)));
    if (!own && !agreed) throw new Violation('unseen-stays', `${one.id} ${field} replaced ${replaced}`);
  }
}

/** How many steps name each edit; a merged text goes by a version of its own. */
function counted(history: Step[]): Map<string, number> {
  const steps = new Map<string, number>();
  for (const { version } of history) {
    const plain = version?.replace(/\+[^.]*\./, '.') ?? '';
    steps.set(plain, (steps.get(plain) ?? 0) + 1);
  }
  return steps;
}

/** A plain write names what it replaced, and that was what stood there. */
function checkHistory(history: Step[]): void {
  const held = new Map<string, string | null | undefined>();
  for (const { record, field, kind, version, replaced } of history) {
    const place = `${record} ${field}`;
    const stood = held.has(place) ? held.get(place) : null;
    if (WRITES.has(kind) && !field.startsWith('chips/') && stood !== undefined) {
      if (replaced !== stood) throw new Violation('replaced-is-named', `${place} ${version} replaced ${replaced}`);
    }
    if (WRITES.has(kind)) held.set(place, version);
    else if (kind === 'resolved') held.set(place, undefined); // a decision may have written or only ended the case
  }
}

function asAsked({ op, value }: Saved): unknown {
  const given = value as Record<string, unknown>;
  switch (op) {
    case 'command': {
      if (given['name'] === 'recall') return { recall: true };
      const signed = new Map<string, string[]>();
      for (const [name, versions] of given['signs'] as [string, string][]) {
        signed.set(name, [...(signed.get(name) ?? []), ...versions.split(',')]);
      }
      return { submit: [...signed] };
    }
    case 'append':
      return { answer: given['answer'], note: given['note'] };
    case 'resolve':
      return { case: given['case'], chosen: given['chosen'], value: given['value'], reason: given['reason'] };
    default:
      return [value];
  }
}

/** Nothing is in the log that nobody on these phones typed, under the name of who typed it. */
export function checkAuthors(log: ServersLog, oracle: Oracle): void {
  for (const one of log.mutations) {
    if (one.op === 'command' || one.op === 'append' || one.op === 'resolve') continue;
    const [value] = one.asked as unknown[];
    if (!oracle.wished.has(wishKey(one.author, one.record, one.field, one.op, value ?? null))) {
      throw new Violation('as-typed', `${one.id} ${one.field} ${JSON.stringify(value)}`);
    }
  }
}

const ROWS = ['evaluations', 'cases', 'results', 'cycles', 'forms'] as const;
type Shown = Record<(typeof ROWS)[number], unknown>;

const sorted = (rows: Iterable<{ id: string }>): unknown[] => [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));

/** A row without what this phone adds to it: which own edits were refused. */
const asServed = (row: EvaluationRow): EvaluationRow => ({
  ...row,
  fields: Object.fromEntries(
    Object.entries(row.fields)
      .filter(([, { version, refused }]) => version !== null || !refused)
      .map(([name, { refused: _refused, ...field }]) => [name, field]),
  ),
});

function shownBy(tab: Tab): Shown {
  const { phone } = tab;
  if (!phone) throw new Violation('is-open', 'no phone');
  return {
    evaluations: sorted(phone.evaluations.map(asServed)),
    cases: sorted(phone.cases),
    results: sorted(phone.results),
    cycles: sorted(phone.cycles.values()),
    forms: sorted(phone.forms.values()),
  };
}

/** The rows that a phone fresh from the shop gets, decoded by the product's own code. */
async function onServer(tab: Tab, server: Server, now: number): Promise<Shown> {
  const rows = new Map<string, Map<string, { id: string }>>();
  let [epoch, access, cursors] = ['', '', [] as number[]];
  for (let left = 20; left > 0; left--) {
    const body = JSON.stringify([1, 'A'.repeat(22), epoch, 'fresh1', access, cursors, 0, 0, 0]);
    const headers = {
      'Content-Type': 'application/json',
      'X-CSRF-TOKEN': (await through(tab.session.csrf())) ?? '',
      Cookie: tab.device.net.cookies.header('/api/sync'),
    };
    const reply = await server.pass({ path: '/api/sync', method: 'POST', headers, body }, now);
    if (reply.status !== 200) throw new Violation('pull-works', `${reply.status} ${reply.text.slice(0, 200)}`);
    const answer = tab.client.decodeAnswer(JSON.parse(reply.text), 'fresh1');
    const scopes = answer.scopes ?? [];
    if (scopes.length) cursors = scopes.map(() => 0);
    for (const delta of answer.deltas) {
      cursors[delta.scope] = delta.to;
      for (const [kind, list] of Object.entries(delta.rows)) {
        const held = rows.get(kind) ?? new Map<string, { id: string }>();
        rows.set(kind, held);
        for (const row of list) held.set(row.id, row);
      }
    }
    [epoch, access] = [answer.epoch, answer.access];
    if (!answer.deltas.some(({ more }) => more)) break;
  }
  const all = (kind: string): unknown[] => sorted(rows.get(kind)?.values() ?? []);
  return { evaluations: all('evaluation'), cases: all('case'), results: all('result'), cycles: all('cycle'), forms: all('form') };
}

/** What each tab of a phone shows, byte for byte what the server holds; and its status says of each edit what the server says. */
export async function checkPhone(device: Device, server: Server, log: ServersLog, now: number): Promise<void> {
  const [first] = device.alive;
  if (!first) throw new Violation('is-open', device.name);
  const held = await onServer(first, server, now);
  for (const tab of device.alive) {
    checkRows(tab, held);
    checkCases(tab, log);
    checkStatus(tab, device, log);
  }
}

function checkRows(tab: Tab, held: Shown): void {
  const shown = shownBy(tab);
  for (const kind of ROWS) {
    if (same(shown[kind], held[kind])) continue;
    const [mine, theirs] = [shown[kind] as { id: string }[], held[kind] as { id: string }[]];
    const other = theirs.findIndex((row, i) => !same(row, mine[i]));
    throw new Violation(
      'shows-what-is-held',
      `${kind}: ${mine.length} rows for ${theirs.length}; ${difference(mine[other], theirs[other])}`,
    );
  }
}

/** What never came into the feed a new phone lacks as well: the tables say which cases there are. */
function checkCases(tab: Tab, log: ServersLog): void {
  const shown = new Set(tab.phone?.cases.map(({ id }) => id));
  const lacking = Object.entries(log.cases).filter(([id, evaluation]) => tab.phone?.evaluation(evaluation) && !shown.has(id));
  if (lacking.length) throw new Violation('case-is-shown', lacking.join(' '));
}

/** The first place where two values differ. */
function difference(mine: unknown, theirs: unknown, place = ''): string {
  const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
  if (!isObject(mine) || !isObject(theirs)) return `${place}: ${JSON.stringify(mine)} for ${JSON.stringify(theirs)}`;
  const key = [...new Set([...Object.keys(mine), ...Object.keys(theirs)])].find((name) => !same(mine[name], theirs[name]));
  return key === undefined ? `${place}: another order` : difference(mine[key], theirs[key], `${place}/${key}`);
}

function checkStatus(tab: Tab, device: Device, log: ServersLog): void {
  const db = databaseOf(tab);
  const byId = new Map(log.mutations.map((one) => [one.id, one]));
  const writer = `${device.disk.lookAt<string>(db, 'meta', 'device')}.${tab.me}`;
  const wrong = device.disk
    .look<StoredReceipt>(db, 'ledger')
    .filter((one) => (one.result === 'parked') !== (byId.get(`${writer}.${one.n}`)?.receipt === 'p'));
  if (wrong.length) throw new Violation('status-as-held', `${writer}.${wrong[0]?.n} ${wrong[0]?.result}`);
  const parked = new Set(log.mutations.filter((one) => one.receipt === 'p' && one.id.startsWith(`${writer}.`)).map(({ id }) => id));
  const told = new Set(tab.phone?.status.parked.map(({ version }) => version));
  if (!same([...parked].sort(), [...told].sort())) {
    throw new Violation('parked-is-shown', `${[...told].join(' ')} for ${[...parked].join(' ')}`);
  }
  for (const [id, state] of Object.entries(log.evaluations)) {
    const seen = tab.phone?.stateOf(id);
    if (seen === 'delivered' && state === 'open') throw new Violation('delivered-is-held', `${id} ${state}`);
    if (tab.phone?.deliveredAt(id) && state === 'open') throw new Violation('delivered-is-held', `${id} ${state}`);
  }
}
