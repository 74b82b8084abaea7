/** What this person's other phones said that they still held. Only for screens that a cold start does without. */
import type { components } from '../generated/api';
import { api } from './api';

export type LeftPhone = components['schemas']['Phone'];

/** Nothing without a network, or where this login may not read it: then there is nothing to say. */
export async function leftElsewhere(): Promise<LeftPhone[]> {
  return api.get('/api/phones/own').catch(() => []);
}
