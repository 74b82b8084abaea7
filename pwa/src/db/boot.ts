/** What public/boot.js has read before this code ran. Each part is taken once: what was read at the start is soon old. */

/** A person's database as boot.js hands it over, values still sealed. */
export type BootPerson = Record<string, unknown>;

/** Name of the last person's database, and whether this phone is shared. */
interface BootDevice {
  last?: string;
  shared?: string;
}

interface Boot {
  name: string;
  device: Promise<BootDevice> | null;
  person: Promise<BootPerson> | null;
}

const shelf = globalThis as { gembaBoot?: Boot };

/** Null: not read, look for yourself. */
export function bootLast(): Promise<BootDevice> | null {
  const read = shelf.gembaBoot?.device;
  if (!shelf.gembaBoot || !read) return null;
  shelf.gembaBoot.device = null;
  return read;
}

export function bootPerson(name: string): Promise<BootPerson> | null {
  const boot = shelf.gembaBoot;
  if (boot?.name !== name || !boot.person) return null;
  const read = boot.person;
  boot.person = null;
  return read;
}
