/**
 * What this phone holds of one person: the server's rows under the person's own unsent edits, and how the sending
 * stands. Screens read it and call `append`; they never see IndexedDB or the network.
 */
import type { User } from '../foundation/people';
import type {
  CaseRow,
  ChipRow,
  CycleRow,
  EvaluationRow,
  EvaluationState,
  FieldName,
  FormRow,
  Id,
  Millis,
  NewMutation,
  ResultRow,
  SyncStatus,
  TrendRow,
  Version,
} from './types';

export const QUIET: SyncStatus = {
  net: 'unknown',
  last_contact_at: null,
  queued: 0,
  queued_evaluations: new Set(),
  sending: false,
  needs_login: false,
  needs_update: false,
  storage: 'ok',
  parked: [],
  persisted: null,
  oldest_unsent_at: null,
};

export class Phone {
  /** True once the rows are read from this phone's storage (before any network). */
  loaded = $state(false);
  /** True once the server has sent everything at least once. */
  complete = $state(false);
  cycles = $state.raw<ReadonlyMap<Id, CycleRow>>(new Map());
  forms = $state.raw<ReadonlyMap<Id, FormRow>>(new Map());
  /** Overlaid by own unsent edits, sorted by run_order. */
  evaluations = $state.raw<readonly EvaluationRow[]>([]);
  cases = $state.raw<readonly CaseRow[]>([]);
  results = $state.raw<readonly ResultRow[]>([]);
  trends = $state.raw<ReadonlyMap<Id, TrendRow>>(new Map());
  chips = $state.raw<readonly ChipRow[]>([]);
  status = $state.raw<SyncStatus>(QUIET);

  constructor(
    readonly user: User,
    /** This person's id as rows have it (22 characters). */
    readonly me: Id,
  ) {}

  evaluation(id: Id): EvaluationRow | undefined {
    return this.evaluations.find((row) => row.id === id);
  }

  /** The version to hand on as `base` of an edit of that field: what the person sees now. */
  version(record: Id, field: FieldName): Version | null {
    return this.evaluation(record)?.fields[field]?.version ?? null;
  }

  /** Resolves when the edit is on this phone's disk, not before. Rejects with StorageFailed. */
  append(_edit: NewMutation): Promise<void> {
    return Promise.reject(new Error('not built'));
  }

  syncNow(): void {}

  /** Every edit without a receipt, and the parked ones, as readable JSON. */
  exportOutbox(): Promise<Blob> {
    return Promise.reject(new Error('not built'));
  }

  stateOf(_evaluation: Id): EvaluationState {
    return 'none';
  }

  /** When the server confirmed the submit of that evaluation from this phone or another. */
  deliveredAt(evaluation: Id): Millis | null {
    return this.evaluation(evaluation)?.submitted_at ?? null;
  }

  /** An explicit act of the author, after the export was offered: takes a set-aside or parked edit off this phone. */
  discard(_version: Version): Promise<void> {
    return Promise.reject(new Error('not built'));
  }

  /** Asks the browser to keep the data for good; `status.persisted` has the answer. */
  askToPersist(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {}
}
