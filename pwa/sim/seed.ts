/** One seed from its first tap to its last check: calm, faults, quiet. */
import { checkAuthors, checkLog, checkPhone, type ServersLog } from './final.ts';
import { through } from './loop.ts';
import type { Server } from './net.ts';
import { Violation } from './oracle.ts';
import { calmDown, comeBack, drawKinds, help, storm } from './nemesis.ts';
import { edit } from './person.ts';
import type { Around } from './tab.ts';
import { type Plant, World } from './world.ts';

export interface Outcome {
  seed: number;
  edits: number;
  requests: number;
  faults: Record<string, number>;
  violation: { rule: string; about: string; story: string[] } | null;
}

const QUIET_ROUNDS = 120;
const POLL_MS = 21_000;

export async function run(seed: number, server: Server, load: Around['load'], planted = '', only = ''): Promise<Outcome> {
  const world = new World(seed, server, load, planted);
  const before = server.requests;
  server.broken = [];
  let violation: Outcome['violation'] = null;
  try {
    await live(world, only);
  } catch (error) {
    const rule = error instanceof Violation ? error.rule : 'simulation';
    const about = error instanceof Violation ? error.about : String((error as Error).stack);
    violation = { rule, about, story: world.story };
  }
  for (const device of world.devices) for (const tab of device.alive) tab.kill();
  return {
    seed,
    edits: world.oracle.edits,
    requests: server.requests - before,
    faults: Object.fromEntries(world.faults),
    violation,
  };
}

async function live(world: World, only: string): Promise<void> {
  const { dice } = world;
  await gather(world, await world.lay());
  world.kinds = drawKinds(world, only);
  if (world.kinds.on.has('no_locks')) for (const { around } of world.devices) around.locks = false;
  world.note('calm');
  for (let left = dice.between(2, 5); left > 0; left--) {
    edit(world, dice.pick(dice.pick(world.devices).alive));
    await world.rest();
    if (dice.chance(0.5)) await world.time.moveTo(world.time.now + dice.between(100, 3000));
    if (dice.chance(0.7)) await world.clear();
  }
  world.note('faults');
  await storm(world, dice.between(12, 35));
  world.note('quiet');
  await calmDown(world);
  await quiet(world);
}

/** One or two phones: of one person, of two who judge the same team, or of a rater and somebody judged. */
async function gather(world: World, { people }: Plant): Promise<void> {
  const company = world.dice.weighed({ alone: 5, two_phones: 2, delegate: 3, worker: 1, shared: 2 });
  if (company === 'shared' || company === 'delegate') world.shared = people;
  world.alone = company === 'alone';
  world.phone('ann', people.rater);
  if (company === 'two_phones') world.phone('ann2', people.rater);
  if (company === 'delegate') world.phone('bo', people.delegate);
  if (company === 'worker') world.phone('wu', people.worker);
  for (const device of world.devices) {
    const tab = device.open();
    await through(tab.start());
    const entering = tab.signIn();
    await world.clear();
    await through(entering);
    await world.clear();
  }
}

/** Whoever met a portal last waits longer than a poll before they ask again. */
async function everybodyIsHeard(world: World): Promise<void> {
  for (let left = QUIET_ROUNDS; ; left--) {
    await world.clear();
    await help(world);
    const nets = world.devices.flatMap(({ alive }) => alive.map(({ phone }) => phone?.status.net));
    if (nets.every((net) => net === 'reached')) return;
    if (left === 0) throw new Violation('line-returns', nets.join(' '));
    await world.time.moveTo(world.time.next ?? world.time.now + 1000);
  }
}

async function quiet(world: World): Promise<void> {
  for (let left = QUIET_ROUNDS; ; left--) {
    await world.clear();
    world.check();
    await help(world);
    const tabs = world.devices.flatMap(({ alive }) => alive);
    if (left === 0) throw new Violation('queue-empties', JSON.stringify(tabs.map(({ phone }) => phone?.status)));
    const isEmpty = (): boolean => world.waiting === 0 && tabs.every(({ phone }) => phone?.status.queued === 0);
    if (isEmpty()) {
      // Phones that had nothing to send hear by their poll of the others, of a restore, and that their login has ended.
      // Who heard of a restore offers again what it lacks, and of that the others hear by their next one.
      const before = JSON.stringify(await world.server.tell('log'));
      await world.time.moveTo(world.time.now + POLL_MS);
      await everybodyIsHeard(world);
      if (before !== JSON.stringify(await world.server.tell('log'))) continue;
      if (isEmpty() && !(await comeBack(world))) break;
      continue;
    }
    await world.time.moveTo(world.time.next ?? world.time.now + 1000);
  }
  world.check();
  const log = await world.server.tell<ServersLog>('log');
  checkLog(log, world.oracle);
  checkAuthors(log, world.oracle);
  for (const device of world.devices) await checkPhone(device, world.server, log, world.time.now);
}
