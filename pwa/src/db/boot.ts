/** What boot-first.js has read before this code ran. It is taken once: what was read at the start is soon old. */

/** A person's database as boot-first.js hands it over, values still sealed. */
export type BootPerson = Record<string, unknown>;

interface Boot {
  name: string;
  person: Promise<BootPerson> | null;
}

const shelf = globalThis as { gembaBoot?: Boot };

/** Null: not read, look for yourself. */
export function bootPerson(name: string): Promise<BootPerson> | null {
  const boot = shelf.gembaBoot;
  if (boot?.name !== name || !boot.person) return null;
  const read = boot.person;
  boot.person = null;
  return read;
}
