/** Which indicators the list shows, and in which order. Pure. */
import type { Job, Place, Row } from './desk.svelte';

export interface Asked {
  place: string;
  job: string;
  state: string;
  orphans: boolean;
  sought: string;
}

const FIRST = ['proposed', 'draft', 'approved', 'retired'];

/** A department and all below it. */
export function below(places: readonly Place[], id: string): Set<string> {
  const found = new Set([id]);
  for (let before = 0; before !== found.size; ) {
    before = found.size;
    for (const one of places) if (one.parent_id && found.has(one.parent_id)) found.add(one.id);
  }
  return found;
}

/** Those that wait for somebody come first, then by code. */
export function filtered(rows: readonly Row[], jobs: readonly Job[], places: readonly Place[], asked: Asked): Row[] {
  const area = asked.place ? below(places, asked.place) : null;
  const there = area && new Set(jobs.filter((one) => one.department_ids.some((id) => area.has(id))).map(({ id }) => id));
  const words = asked.sought.trim().toLowerCase();
  return rows
    .filter((one) => !there || one.job_ids.some((id) => there.has(id)))
    .filter((one) => !asked.job || one.job_ids.includes(asked.job))
    .filter((one) => !asked.state || one.state === asked.state)
    .filter((one) => !asked.orphans || one.orphan)
    .filter((one) => [one.name_zh, one.name_en, one.code].some((name) => name.toLowerCase().includes(words)))
    .sort((a, b) => FIRST.indexOf(a.state) - FIRST.indexOf(b.state) || a.code.localeCompare(b.code));
}
