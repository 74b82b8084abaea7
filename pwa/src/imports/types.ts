/** What the page of imports speaks of, as the server tells it. */
import type { components } from '../generated/api';

type Schemas = components['schemas'];
export type Import = Schemas['Import'];
export type State = Import['state'];
export type Kind = Schemas['Kind'];
export type Table = Schemas['Table'];
export type Finding = Schemas['Finding'];
export type Change = Schemas['Change'];
export type Place = Schemas['Place'];
export type Choice = 'wait' | 'hand_over' | 'park';
export interface Asked {
  files: readonly File[];
  since: string;
  complete: boolean;
}

/** By a column's letter the field that it is; one that is not read is left out. `kind` null: the table is not read. */
export interface Mapping {
  kind: string | null;
  fields: Record<string, string>;
}
