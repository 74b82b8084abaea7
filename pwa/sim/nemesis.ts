/** The second phase: people go on working while everything around them breaks. */
import { settle, through } from './loop.ts';
import type { SyncMeta } from '../src/db/schema';
import type { Disk } from './disk.ts';
import { edit } from './person.ts';
import { databaseFor, databaseOf } from './oracle.ts';
import type { Device, Tab } from './tab.ts';
import { blow, COMING, giveUp, GOING } from './weather.ts';
import type { World } from './world.ts';

const YEAR_MS = 365 * 24 * 3_600_000;

/** Beside the network's. */
const KINDS = [
  'crash', 'power', 'quota', 'ailing', 'full', 'dead_handle', 'second_tab', 'reload', 'clock', 'restore', 'expired', 'refresh',
  'evict_rows', 'evict_all', 'hidden', 'revoked', 'closing', 'bursts', 'next_person',
] as const;
/** Only where they are asked for by name: they take the place of other edits, and the stories of all seeds would be others.
 *  `meeting`: everybody is at the same line of the same person. `no_locks`: browsers whose tabs do not wait for each other. */
const NAMED = ['sheet', 'meeting', 'no_locks'] as const;
export type Kind = (typeof KINDS | typeof NAMED)[number];

export interface Kinds {
  on: ReadonlySet<Kind>;
  going: Partial<typeof GOING>;
  coming: Partial<typeof COMING>;
}

/** Which kinds this seed knows: about half, or those that whoever runs it wants to see meet. */
export function drawKinds(world: World, only: string): Kinds {
  const { dice } = world;
  if (only) {
    const named = only.split(',');
    const those = <T extends object>(all: T): Partial<T> => Object.fromEntries(Object.entries(all).filter(([name]) => named.includes(name))) as Partial<T>;
    return { on: new Set([...KINDS, ...NAMED].filter((kind) => named.includes(kind))), going: those(GOING), coming: those(COMING) };
  }
  const some = <T extends object>(all: T): Partial<T> => Object.fromEntries(Object.entries(all).filter(() => dice.chance(0.5))) as Partial<T>;
  const on = new Set(KINDS.filter(() => dice.chance(0.4)));
  // What a cleared phone alone had, no restored server gets back: that is nobody's fault, and proves nothing.
  if (on.has('evict_all') && on.has('restore')) on.delete(dice.pick(['restore', 'evict_all'] as const));
  return { on, going: some(GOING), coming: some(COMING) };
}

export async function storm(world: World, steps: number): Promise<void> {
  const { dice } = world;
  if (world.kinds.on.has('restore')) world.backups = await world.server.tell<number>('backup');
  if (world.kinds.on.has('second_tab') && dice.chance(0.5)) {
    world.fault('second_tab');
    enter(world, dice.pick(world.devices).open());
    await world.rest();
  }
  for (let left = steps; left > 0; left--) {
    await step(world);
    if (world.kinds.on.has('bursts') && dice.chance(0.5)) await settle(dice.between(1, 12));
    else await world.rest();
  }
}

async function step(world: World): Promise<void> {
  const { dice } = world;
  const device = dice.pick(world.devices);
  const what = dice.weighed({ edit: 9, net: 9, time: 3, hope: 1.5, life: 2, trouble: 4, server: 1.5 });
  if (device.alive.length === 0) return void enter(world, device.open());
  const tab = dice.pick(device.alive);
  switch (what) {
    case 'edit':
      if (!tab.phone) return enter(world, tab);
      edit(world, tab);
      // In the same moment, in the other tab.
      for (const other of device.alive) if (other !== tab && world.kinds.on.has('bursts') && dice.chance(0.5)) edit(world, other);
      return;
    case 'net': {
      const under = world.under.filter(({ exchange }) => !exchange.hung);
      if (under.length === 0) return hope(world, tab);
      const { device: whose, exchange } = dice.pick(under);
      return blow(world, whose, exchange);
    }
    case 'time':
      return pass(world);
    case 'hope':
      return hope(world, tab);
    case 'life':
      return live(world, device, tab);
    case 'trouble':
      return trouble(world, device, tab);
    case 'server':
      return govern(world);
  }
}

async function pass(world: World): Promise<void> {
  const { dice, time } = world;
  const next = time.next;
  const ms = dice.weighed({ short: 4, next: 4, long: 1, very_long: world.kinds.on.has('refresh') ? 0.7 : 0 });
  if (ms === 'very_long') world.fault('login_aged');
  const spans = { short: dice.between(10, 1_000), next: next === null ? 100 : next - time.now, long: dice.between(5_000, 60_000), very_long: 1_200_000 };
  await time.moveTo(time.now + Math.max(0, spans[ms]));
  giveUp(world);
}

/** Somebody looks at the phone: signs in where that is asked, or gives the app a reason to try. */
function hope(world: World, tab: Tab): void {
  const { dice } = world;
  if (!tab.phone || (tab.phone.status.needs_login && dice.chance(0.6))) return enter(world, tab);
  if (dice.chance(0.5)) tab.online();
  else tab.phone.syncNow();
}

export function enter(world: World, tab: Tab): void {
  world.note(`${tab.device.name} enters`);
  const begun = tab.session.state === 'starting' ? tab.start() : Promise.resolve();
  const login = (): Promise<void> | undefined => (tab.phone && !tab.phone.status.needs_login ? undefined : tab.signIn());
  void begun.then(login).catch(() => undefined); // no network, no login: later
}

function live(world: World, device: Device, tab: Tab): void {
  const { dice, kinds } = world;
  if (kinds.on.has('next_person') && world.shared && tab.phone && dice.chance(0.5)) {
    world.fault('next_person');
    const { rater, delegate } = world.shared;
    const to = device.person === rater ? delegate : rater;
    if (!device.people.includes(to)) device.people.push(to);
    return void tab.pass(to, dice.pick(['switch', 'sign_out'])).catch(() => undefined);
  }
  if (kinds.on.has('second_tab') && device.alive.length < 2 && dice.chance(0.6)) {
    world.fault('second_tab');
    return enter(world, device.open());
  }
  if (kinds.on.has('hidden') && dice.chance(0.5)) {
    world.fault(tab.visible ? 'hidden' : 'shown');
    return tab.show(!tab.visible);
  }
  if (!kinds.on.has('reload')) return;
  world.fault('reload');
  if (dice.chance(0.5)) tab.close();
  else tab.kill();
  enter(world, device.open());
}

function trouble(world: World, device: Device, tab: Tab): void {
  const { dice, kinds } = world;
  const { disk } = device;
  const all = ['crash', 'crash', 'power', 'quota', 'ailing', 'full', 'dead_handle', 'clock', 'evict_rows', 'evict_all'] as const;
  const here = all.filter((kind) => kinds.on.has(kind));
  if (here.length === 0) return;
  const kind = dice.pick(here);
  switch (kind) {
    case 'crash':
      disk.trouble = { kind, at: dice.pick(['write', 'before_commit', 'after_commit']), left: dice.between(1, 8), holder: tab };
      return edit(world, tab);
    case 'quota':
    case 'ailing':
      disk.trouble = { kind, left: dice.between(1, 6) };
      return edit(world, tab);
    case 'full':
      return fill(world, disk);
    case 'dead_handle':
      world.fault(kind);
      for (const one of device.alive) one.doubtful = true;
      return disk.loseHandles(tab, dice.chance(0.5));
    case 'clock':
      world.fault(kind);
      device.skew += dice.pick([YEAR_MS, -YEAR_MS, 3_600_000, -3_600_000, -60_000]);
      return;
    case 'power':
      world.fault(kind);
      return void powerCut(device);
    case 'evict_rows':
      world.fault(kind);
      powerCut(device);
      world.reads.forget(device);
      return disk.evictRows();
    case 'evict_all':
      world.fault(kind);
      powerCut(device);
      disk.evictAll();
      device.hints.clear();
      device.net.cookies.clear();
      world.oracle.cleared(device);
  }
}

function fill(world: World, disk: Disk): void {
  const to = disk.full === 'no' ? world.dice.pick(['rows', 'all'] as const) : 'no';
  if (to !== 'no') world.fault(`full_${to}`);
  disk.full = to;
}

function powerCut(device: Device): void {
  for (const tab of device.alive) tab.kill();
  device.disk.losePower();
}

async function govern(world: World): Promise<void> {
  const { dice, kinds, server } = world;
  const here = (['restore', 'expired', 'revoked', 'closing'] as const).filter((kind) => kinds.on.has(kind));
  if (here.length === 0) return;
  switch (dice.pick(here)) {
    case 'restore':
      if (dice.chance(0.3)) {
        world.backups = await server.tell<number>('backup');
        return world.note('backup');
      }
      world.fault('restore');
      return server.tell('restore', { backup: dice.between(1, world.backups) });
    case 'expired':
      world.fault('login_ended');
      return server.tell('close_sessions');
    case 'revoked':
      world.fault('revoked');
      return server.tell('end_delegation');
    case 'closing':
      world.fault('closing');
      return server.tell('cycle', { state: dice.pick(['closing', 'closed', 'open']) });
  }
}

/** Faults are over. Nobody touches anything but to open an app that is closed and to sign in where that is asked. */
export async function calmDown(world: World): Promise<void> {
  giveUp(world, true);
  for (const device of world.devices) {
    device.disk.trouble = null;
    device.disk.full = 'no';
    if (device.alive.length === 0) device.open();
    // Two people in two tabs of one phone sign each other out for ever: one of them closes theirs.
    if (device.people.length > 1) for (const tab of device.alive.slice(1)) tab.close();
    for (const tab of device.alive) if (!tab.visible) tab.show(true);
  }
  await world.clear();
  await help(world);
}

/** Somebody else's work still lies on a phone, or what a restored server may lack: they come back for it. False: there is none. */
export async function comeBack(world: World): Promise<boolean> {
  for (const device of world.devices) {
    const [tab] = device.alive;
    if (!tab || device.people.length < 2) continue;
    const epoch = (db: string): string | undefined => device.disk.lookAt<SyncMeta>(db, 'meta', 'sync')?.epoch;
    for (const person of device.people) {
      const db = databaseFor(tab, person);
      const mayBeLacking = epoch(db) !== epoch(databaseOf(tab)) && device.disk.look(db, 'ledger').length > 0;
      if (person.id === tab.me || (device.disk.look(db, 'outbox').length === 0 && !mayBeLacking)) continue;
      world.note(`${person.employee_no} comes back`);
      const entering = tab.pass(person, 'switch');
      entering.catch(() => undefined);
      await world.clear();
      await through(entering);
      return true;
    }
  }
  return false;
}

/** Opens and signs in. */
export async function help(world: World): Promise<void> {
  for (const device of world.devices) {
    for (const tab of device.alive) {
      if (tab.session.state === 'starting') await through(tab.start());
      tab.stand();
      if (tab.phone && !tab.phone.status.needs_login) continue;
      const login = tab.signIn();
      login.catch(() => undefined);
      await world.clear();
      await through(login);
    }
  }
}
