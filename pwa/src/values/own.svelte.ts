/** What is measured of the reader, and the objection to one of these values: ordinary requests, they need a network. */
import './problems';
import { api } from '../foundation/api';
import { Attempts } from '../foundation/attempts.svelte';
import type { Objection, OwnSeries, PersonValues, Point } from './series';

export class OwnValues extends Attempts {
  values = $state.raw<PersonValues | null>(null);

  constructor(private readonly person: string) {
    super();
    void this.load();
  }

  load(): Promise<boolean> {
    return this.attempt(async () => {
      this.values = await api.get('/api/values/people/{person_id}', { person_id: this.person });
    });
  }

  /** What was said about this value, if anything was. */
  about(series: OwnSeries, point: Point): Objection | undefined {
    return this.values?.objections.find((one) => one.indicator === series.indicator && one.period_from === point.period_from);
  }

  object(series: OwnSeries, point: Point, reason: string): Promise<boolean> {
    return this.attempt(async () => {
      await api.post('/api/values/objections', { indicator: series.indicator, period_from: point.period_from, version: point.version, reason });
      await this.load();
    });
  }
}
