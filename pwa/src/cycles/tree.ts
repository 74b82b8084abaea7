/** Departments as a form lays them out: a workshop with its shifts below it, and what choosing it includes. Pure. */
import type { Department } from './desk.svelte';

export interface Branch {
  one: Department;
  depth: number;
  /** People here and below. */
  heads: number;
  /** The departments above, nearest first. */
  above: readonly string[];
}

/** Depth first, so that a shift stands below its workshop. */
export function branches(departments: readonly Department[]): Branch[] {
  const known = new Set(departments.map(({ id }) => id));
  const below = (parent: string) => departments.filter((one) => (one.parent_id && known.has(one.parent_id) ? one.parent_id : '') === parent);
  const heads = (one: Department): number => one.head_count + below(one.id).reduce((sum, child) => sum + heads(child), 0);
  const walk = (parent: string, above: readonly string[]): Branch[] =>
    below(parent).flatMap((one) => [{ one, depth: above.length, heads: heads(one), above }, ...walk(one.id, [one.id, ...above])]);
  return walk('', []);
}

/** Chosen by itself or with a department above it. */
export const included = (branch: Branch, chosen: readonly string[]): boolean => chosen.includes(branch.one.id) || branch.above.some((id) => chosen.includes(id));

/** What is asked of the server: nothing that another choice includes already. */
export const topmost = (tree: readonly Branch[], chosen: readonly string[]): string[] =>
  tree.filter(({ one, above }) => chosen.includes(one.id) && !above.some((id) => chosen.includes(id))).map(({ one }) => one.id);

export const headsOf = (tree: readonly Branch[], chosen: readonly string[]): number =>
  tree.filter((branch) => included(branch, chosen)).reduce((sum, { one }) => sum + one.head_count, 0);
