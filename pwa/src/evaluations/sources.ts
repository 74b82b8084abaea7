/** Where a measured value comes from, and how far it reaches: the same words wherever one shows. */
import { m } from '../generated/paraglide/messages.js';
import type { FormLine } from '../sync/types';
import { dayOf } from '../ui/when';

/** "来自 MES，数据到 11 月 16 日。" */
export function freshness({ source }: FormLine, to: string): string {
  return m.score_source({ source: source === 'attendance' ? m.score_source_attendance() : source, to: dayOf(to) });
}
