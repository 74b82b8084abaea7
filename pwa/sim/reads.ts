/** Reads never go back: under one epoch and one list of scopes no cursor on a phone falls. */
import type { StoredScope, SyncMeta } from '../src/db/schema';
import { Violation } from './oracle.ts';
import type { Device } from './tab.ts';

interface Read {
  epoch: string;
  access: string;
  cursors: Map<string, number>;
}

export class Reads {
  readonly #read = new Map<string, Read>();

  /** At rest: what lies there now against what lay there when this was asked last. */
  check(device: Device): void {
    for (const database of device.disk.databases) {
      const place = `${device.name} ${database}`;
      const sync = device.disk.lookAt<SyncMeta>(database, 'meta', 'sync');
      // Without a list of scopes (a first start, a sign-out) it begins anew.
      if (!sync?.access) {
        this.#read.delete(place);
        continue;
      }
      const scopes = device.disk.look<StoredScope>(database, 'scopes');
      const now = { epoch: sync.epoch, access: sync.access, cursors: new Map(scopes.map(({ name, cursor }) => [name, cursor])) };
      const before = this.#read.get(place);
      this.#read.set(place, now);
      if (before?.epoch !== now.epoch || before.access !== now.access) continue;
      for (const [name, cursor] of now.cursors) {
        const read = before.cursors.get(name) ?? 0;
        // A phone without room gives up what it can ask for again, and begins anew.
        if (cursor !== 0 && cursor < read) throw new Violation('reads-go-on', `${place} ${name}: ${cursor} after ${read}`);
      }
    }
  }

  /** Somebody else's hand has taken rows from this phone. */
  forget(device: Device): void {
    for (const place of [...this.#read.keys()]) if (place.startsWith(`${device.name} `)) this.#read.delete(place);
  }
}
