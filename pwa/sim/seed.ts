/** One seed from its first tap to its last check: calm, faults, quiet. */
import { checkAuthors, checkLog, checkTab, type ServersLog } from './final.ts';
import { through } from './loop.ts';
import type { Server } from './net.ts';
import { Violation } from './oracle.ts';
import { act } from './person.ts';
import type { Around, Tab } from './tab.ts';
import { World } from './world.ts';

export interface Outcome {
  seed: number;
  edits: number;
  requests: number;
  faults: Record<string, number>;
  violation: { rule: string; about: string; story: string[] } | null;
}

const QUIET_ROUNDS = 120;

export async function run(seed: number, server: Server, load: Around['load'], planted = ''): Promise<Outcome> {
  const world = new World(seed, server, load, planted);
  const before = server.requests;
  server.broken = [];
  let violation: Outcome['violation'] = null;
  try {
    await live(world);
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

async function live(world: World): Promise<void> {
  const { dice } = world;
  const plant = await world.lay();
  const device = world.phone('ann', plant.people.rater);
  const tab = device.open();
  await through(tab.start());
  const entering = tab.signIn();
  await world.clear();
  await through(entering);
  await world.clear();
  for (let left = dice.between(5, 12); left > 0; left--) {
    edit(world, tab);
    await world.rest();
    if (dice.chance(0.5)) await world.time.moveTo(world.time.now + dice.between(100, 3000));
    if (dice.chance(0.7)) await world.clear();
  }
  await quiet(world);
}

export function edit(world: World, tab: Tab): void {
  const doing = act(tab, world.dice, world.oracle, 3);
  if (!doing) return;
  world.note(`${tab.device.name} ${doing.what}`);
  world.follow(tab, doing.done);
}

async function quiet(world: World): Promise<void> {
  for (let left = QUIET_ROUNDS; ; left--) {
    await world.clear();
    world.check();
    const tabs = world.devices.flatMap(({ alive }) => alive);
    if (world.doing.size === 0 && tabs.every(({ phone }) => phone?.status.queued === 0)) break;
    if (left === 0) throw new Violation('queue-empties', JSON.stringify(tabs.map(({ phone }) => phone?.status)));
    await world.time.moveTo(world.time.next ?? world.time.now + 1000);
  }
  const log = await world.server.tell<ServersLog>('log');
  checkLog(log, world.oracle);
  checkAuthors(log, world.oracle);
  for (const { alive } of world.devices) for (const tab of alive) await checkTab(tab, world.server, log, world.time.now);
}
