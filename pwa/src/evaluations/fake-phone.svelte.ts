/** A phone without disk and network, for tests of the screens: edits land at once, or when `hold` is let go. */
import { StorageFailed } from '../foundation/problem';
import type { OwnEdit } from '../sync/overlay';
import type { ChipRow, CycleRow, EvaluationRow, EvaluationState, FormLine, FormRow, NewMutation, SyncStatus, TrendRow } from '../sync/types';

const QUIET: SyncStatus = {
  net: 'unknown', last_contact_at: null, queued: 0, queued_evaluations: new Set(), sending: false, needs_login: false,
  needs_update: false, cannot_send: false, storage: 'ok', parked: [], persisted: null, oldest_unsent_at: null, attempts: 0, last_error: null,
};

export class FakePhone {
  loaded = true;
  complete = true;
  me = 'me';
  cycles: ReadonlyMap<string, CycleRow> = new Map();
  forms: ReadonlyMap<string, FormRow> = new Map();
  evaluations = $state.raw<readonly EvaluationRow[]>([]);
  cases = [];
  results = [];
  trends: ReadonlyMap<string, TrendRow> = new Map();
  chips: readonly ChipRow[] = [];
  status = $state.raw<SyncStatus>(QUIET);
  written: NewMutation[] = [];
  fails = false;
  #n = 0;

  evaluation(id: string): EvaluationRow | undefined {
    return this.evaluations.find((row) => row.id === id);
  }
  version(record: string, field: string): string | null {
    return this.evaluation(record)?.fields[field]?.version ?? null;
  }
  async append(edit: NewMutation): Promise<OwnEdit> {
    await Promise.resolve();
    if (this.fails) throw new StorageFailed('full');
    this.written.push(edit);
    const version = `d.me.${++this.#n}`;
    this.evaluations = this.evaluations.map((row) => (row.id === edit.record ? apply(row, edit, version) : row));
    this.status = { ...this.status, queued: this.status.queued + 1, queued_evaluations: new Set([...this.status.queued_evaluations, edit.record]) };
    const base = edit.base === null ? [] : [edit.base].flat();
    return { ...edit, base, n: this.#n, device_time_ms: 0, version, shown: version };
  }
  stateOf(id: string): EvaluationState {
    const row = this.evaluation(id);
    if (!row) return 'none';
    if (row.state !== 'open') return this.status.queued_evaluations.has(id) ? 'done_here' : 'delivered';
    return Object.keys(row.fields).length > 0 ? 'half' : 'none';
  }
  deliveredAt(id: string): number | null {
    return this.evaluation(id)?.submitted_at ?? null;
  }
  submittedAt(id: string): number | null {
    return this.deliveredAt(id);
  }
  discard(version: string): Promise<void> {
    this.status = { ...this.status, parked: this.status.parked.filter((item) => item.version !== version) };
    return Promise.resolve();
  }
  syncNow(): void {}
  exportOutbox(): Promise<Blob> {
    return Promise.resolve(new Blob([JSON.stringify(this.written)]));
  }
  askToPersist(): Promise<void> {
    return Promise.resolve();
  }
  close(): void {}
}

/** Something that a page holds as long as it is shown; `leave` is the reader going elsewhere. */
export function shown<T>(make: () => T): { it: T; leave: () => void } {
  let it: T | undefined;
  const leave = $effect.root(() => {
    it = make();
  });
  return { it: it as T, leave };
}

function apply(row: EvaluationRow, edit: NewMutation, version: string): EvaluationRow {
  const fields = { ...row.fields };
  if (edit.field === 'status') {
    const submits = (edit.value as { name: string }).name === 'submit';
    return {
      ...row,
      fields: { ...fields, status: { value: submits ? 'submitted' : 'open', version } },
      state: submits ? 'submitted' : 'open',
      submitted_at: submits ? 1_764_304_200_000 : null,
      may: submits ? ['recall'] : ['score', 'submit'],
    };
  }
  if (edit.op === 'set') fields[edit.field] = { value: edit.value, version };
  else {
    const held = Object.entries((fields[edit.field]?.value ?? {}) as Record<string, string>).filter(([tag]) => tag !== edit.value);
    const tags = edit.op === 'add' ? [...held, [String(edit.value), version]] : held;
    fields[edit.field] = { value: Object.fromEntries(tags), version: null };
  }
  return { ...row, fields };
}

const measured = (key: number, code: string, names: [string, string], weight: number, bands: [number, number, number, number], target: number): FormLine => ({
  key, code, name_zh: names[0], name_en: names[1], short_zh: names[0], short_en: names[1], unit: '%', direction: 'higher', target, threshold: bands[1] - (key === 4 ? 0 : bands[1] - bands[0]), weight, source: 'MES', bands, anchors: null,
});
const judged = (key: number, code: string, names: [string, string], short: [string, string], weight: number, anchors: [string, string][]): FormLine => ({
  key, code, name_zh: names[0], name_en: names[1], short_zh: short[0], short_en: short[1], unit: null, direction: 'higher', target: null, threshold: null, weight, source: 'rating', bands: null, anchors,
});

export const FORM: FormRow = {
  id: 'f',
  job_zh: '操作工',
  job_en: 'Operator',
  lines: [
    measured(1, 'OUT', ['产量达成率', 'Output vs plan'], 30, [90, 95, 100, 105], 100),
    measured(2, 'FPY', ['一次合格率', 'First-pass yield'], 30, [95, 96, 98, 99], 98.5),
    judged(3, '5S', ['5S 与安全检查', '5S and safety check'], ['5S', '5S'], 20, [['有重大隐患，或拒不整改', 'A grave risk, or refuses to mend it'], ['检查不合格 2 次', 'Failed two checks'], ['检查合格，提醒后能改', 'Checks passed; mends when told'], ['日检都合格；自己发现并改掉 1 处隐患', 'Checks passed; fixed one risk unasked'], ['全班的样板，带别人做', 'The model of the shift; teaches it']]),
    measured(4, 'ATT', ['出勤率', 'Attendance'], 10, [92, 94, 98, 100], 98),
    judged(5, 'TEAM', ['协作与改善提案', 'Teamwork and ideas'], ['协作与改善', 'Teamwork'], 10, [['不配合交接', 'Hinders the handover'], ['要催才配合', 'Helps when pushed'], ['配合，提案 1 条', 'Helps; one idea'], ['常帮别人，提案 2 条', 'Often helps; two ideas'], ['主动帮别人，提案被采用并写进标准', 'Helps unasked; an idea became standard']]),
  ],
};

export const ROW: EvaluationRow = {
  id: 'e1', cycle_id: 'c', form_id: 'f', rater_id: 'me', employee_no: '1', name_zh: '汤雨桐', name_en: 'Tang Yutong', level: '1', department_zh: '机加工甲班', department_en: 'Machining, shift A',
  values: [95.6, 96.6, null, 92.1, null], rules: [3, 3, null, 2, null], lasts: [3, 3, 3, 3, 4], last_overall: 31, state: 'open', fields: {}, submitted_at: null, may: ['score', 'submit'], run_order: 7,
};
