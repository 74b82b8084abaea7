/**
 * One phone, one server, and bad weather drawn from a seed: answers lost before and after the commit, requests doubled,
 * foreign pages, a full disk, an app killed at any write, a server restored from an older backup. Checked at the end,
 * when the weather is fair: every edit that was shown as saved is in the server's log with the content last shown, each
 * once, the queue is empty, and the phone shows what the server holds. GEMBA_SEEDS runs more.
 */
import { expect, test, vi } from 'vitest';
import { UserDb } from '../db/user-db';
import type { User } from '../foundation/people';
import type { Answer } from '../foundation/post';
import { openEdit } from './outbox';
import { Phone } from './phone.svelte';
import { alone, ANN, DEVICE, freshDb, json, page, problem, TestChance, TestClock, TestSurroundings, withFault } from './testing';

const SEEDS = Number((globalThis as { process?: { env: Record<string, string> } }).process?.env['GEMBA_SEEDS'] ?? 12);
const STEPS = 40;
const RECORDS = ['E1', 'E2', 'E3'];
const LINES = [1, 2];
const OWN = `${DEVICE}.${ANN}`;
const USER: User = {
  person_id: '1', employee_no: '1', name_zh: '', name_en: '', roles: [],
  plant: { code: 'north', name_zh: '', name_en: '', time_zone: 'Asia/Shanghai' },
};

type Cells = [number, number, string, unknown, unknown];

/** The least server that is right: a log by id, fields that go by their base, snapshots. */
class Server {
  log = new Map<number, string>();
  fields = new Map<string, { value: unknown; n: number }>();
  seq = 1;
  epoch = 'e0';
  #backups: { log: Map<number, string>; fields: Server['fields'] }[] = [];

  backUp(): void {
    this.#backups.push({ log: new Map(this.log), fields: new Map(this.fields) });
  }

  restore(): void {
    const backup = this.#backups.pop();
    if (!backup) return;
    Object.assign(this, { ...backup, epoch: `e${this.#backups.length}-${this.seq}`, seq: 1 + backup.log.size });
  }

  answer(request: unknown[]): Answer {
    const [, , epoch, nonce, access, cursors, push] = request as [number, string, string, string, string, number[], 0 | [string, number, string[], [string, Cells[]][]]];
    const receipts = push === 0 ? [] : push[3].flatMap(([record, edits]) => edits.map((edit) => this.#take(record, edit)));
    const known = epoch === this.epoch || epoch === '';
    const scopes = access === '' ? [`rate:${ANN}`, `own:${ANN}`] : 0;
    const behind = (cursors[0] ?? 0) < this.seq;
    const deltas = known && behind ? [[0, 0, this.seq, 0, { evaluation: this.#rows() }, []]] : [];
    return json([1, nonce, this.epoch, 'acc', this.seq, receipts, known ? scopes : 0, deltas, [OWN], 0]);
  }

  #take(record: string, [n, , code, value, base]: Cells): unknown[] {
    const content = JSON.stringify([record, code, value ?? null, base ?? 0]);
    const held = this.log.get(n);
    if (held !== undefined) return held === content ? [n, 'a'] : [n, 'i'];
    this.log.set(n, content);
    const field = this.fields.get(`${record}/${code}`);
    if ((field?.n ?? 0) !== (base ?? 0)) throw new Error(`a false conflict on ${record}/${code}: n ${n} on ${String(base)}`);
    this.fields.set(`${record}/${code}`, { value, n });
    this.seq++;
    return [n, 'a'];
  }

  #rows(): unknown[] {
    return RECORDS.map((id, i) => {
      const fields = LINES.flatMap((line) => {
        const field = this.fields.get(`${id}/s${line}`);
        return field ? [`s${line}`, field.value, `0.${field.n}`] : [];
      });
      return [id, 'C', 'F', ANN, '1', '', '', null, '', '', [], [], [], null, 'open', fields, null, 3, i];
    });
  }
}

/** Number of the newest edit of a field on disk, sent or not. */
async function newest(db: UserDb, record: string, field: string): Promise<number> {
  const all = await db.read(['outbox', 'ledger'], async (tx) => [
    ...(await tx.objectStore('outbox').getAll()),
    ...(await tx.objectStore('ledger').getAll()),
  ]);
  const edits = await Promise.all(all.map((one) => openEdit(db, one)));
  return Math.max(...edits.filter((one) => one.record === record && one.field === field).map(({ n }) => n));
}

async function storm(seed: number): Promise<void> {
  const chance = new TestChance(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(chance.fraction() * list.length)] as T;
  const clock = new TestClock();
  const around = new TestSurroundings();
  const server = new Server();
  const db = await freshDb();
  /** What was shown as saved: n → [record, line, value]. */
  const saved = new Map<number, [string, number, number]>();
  let fair = false;

  const post = async (_path: string, body: unknown): Promise<Answer> => {
    const request = JSON.parse(JSON.stringify(body)) as unknown[];
    if (fair) return server.answer(request);
    const weather = pick(['ok', 'ok', 'ok', 'lost', 'after', 'twice', 'page', '500', '401', 'cut'] as const);
    if (weather === 'lost') return { got: pick(['offline', 'timeout', 'captive']) };
    if (weather === 'page') return page(pick([200, 400, 403, 404, 413, 502]));
    if (weather === '500') return problem('internal', 500);
    if (weather === '401') return problem('auth_required', 401);
    const answer = server.answer(request);
    if (weather === 'after') return { got: 'offline' };
    if (weather === 'cut') return json((answer as { body: unknown[] }).body.slice(0, 7));
    return weather === 'twice' ? server.answer(request) : answer;
  };
  let renew = (): void => undefined;
  const start = (): Phone =>
    new Phone(USER, ANN, {
      deviceId: () => Promise.resolve(DEVICE),
      db: new UserDb(db.name),
      credentials: {
        csrf: () => Promise.resolve('c'),
        askAboutSession: () => undefined, lock: () => Promise.resolve(),
        refresh: () => Promise.resolve(chance.fraction() < 0.5),
        onRenewed: (then) => {
          renew = then;
          return () => undefined;
        },
      },
      post,
      exclusive: alone,
      clock,
      chance,
      around,
      channel: null,
      storage: null,
    });
  let phone = start();
  await phone.ready;

  const rate = async (): Promise<void> => {
    const [record, line, value] = [pick(RECORDS), pick(LINES), 1 + Math.floor(chance.fraction() * 5)];
    const field = `score/${line}`;
    if (!phone.evaluation(record)) return;
    const give = () => phone.append({ record, field, op: 'set', value, base: phone.version(record, field) });
    const fault = chance.fraction() < 0.15 ? pick(['crash', 'quota', 'dead'] as const) : null;
    try {
      await (fault ? withFault(fault, 1 + Math.floor(chance.fraction() * 3), give) : give());
      const written = await newest(db, record, field);
      saved.set(written, [record, line, value]);
    } catch {
      // Not shown as saved: nothing was promised.
    }
  };

  for (let step = 0; step < STEPS; step++) {
    const act = chance.fraction();
    if (act < 0.55) await rate();
    else if (act < 0.65) renew();
    else if (act < 0.72) {
      phone.close();
      phone = start();
      await phone.ready;
    } else if (act < 0.76) server.backUp();
    else if (act < 0.79) server.restore();
    else around.online();
    clock.pass(Math.floor(chance.fraction() * 3_000));
    await new Promise((resolve) => setTimeout(resolve, Math.floor(chance.fraction() * 8)));
  }

  fair = true;
  await vi.waitFor(
    () => {
      renew();
      clock.pass(400_000);
      expect([phone.status.queued, phone.status.net, phone.status.parked]).toEqual([0, 'reached', []]);
      const shown = phone.evaluations.flatMap(({ id, fields }) => Object.entries(fields).map(([name, { value }]) => [`${id}/${name.replace('score/', 's')}`, value]));
      const held = [...server.fields].map(([name, { value }]) => [name, value]);
      expect(shown.sort()).toEqual(held.sort());
    },
    { timeout: 5_000, interval: 5 },
  );
  phone.close();
  for (const [n, [record, line, value]] of saved) {
    const [inRecord, code, inLog] = JSON.parse(server.log.get(n) ?? '[]') as unknown[];
    expect({ seed, n, edit: [inRecord, code, inLog] }).toEqual({ seed, n, edit: [record, `s${line}`, value] });
  }
}

test.each(Array.from({ length: SEEDS }, (_, i) => i + 1))('in the weather of seed %i no saved edit is lost or doubled', storm, 30_000);
