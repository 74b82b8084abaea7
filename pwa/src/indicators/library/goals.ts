/** Goals as the board lays them out: each under the one that it hangs on. Pure. */
import type { Goal } from './desk.svelte';

export const RUNGS: readonly Goal['tier'][] = ['company', 'plant', 'workshop', 'team', 'person'];

export interface Branch {
  goal: Goal;
  depth: number;
}

/** Depth first. A goal whose parent the reader does not see stands at the top instead of vanishing. */
export function branches(goals: readonly Goal[]): Branch[] {
  const known = new Set(goals.map(({ id }) => id));
  const under = (parent: string) => goals.filter((one) => (one.parent_id && known.has(one.parent_id) ? one.parent_id : '') === parent);
  const walk = (parent: string, depth: number): Branch[] => under(parent).flatMap((goal) => [{ goal, depth }, ...walk(goal.id, depth + 1)]);
  return walk('', 0);
}
