/** What can become of a request and of its answer on the way, drawn from the seed. */
import type { Exchange, Reply } from './net.ts';
import type { Device } from './tab.ts';
import type { World } from './world.ts';

/** As the product gives up on an answer. */
export const TIME_LIMIT_MS = 15_000;

type Going = 'pass' | 'refused' | 'vanish' | 'twice' | 'portal' | 'redirect' | 'page_4xx' | 'page_5xx' | 'busy' | 'old_answer' | 'stay';
type Coming = 'pass' | 'lost' | 'cut' | 'stay';

/** A seed uses some of these: rare meetings of two kinds are met more often when the others keep quiet. */
export const GOING: Record<Exclude<Going, 'pass' | 'stay'>, number> = {
  refused: 2, vanish: 1, twice: 1.5, portal: 1, redirect: 0.5, page_4xx: 1.5, page_5xx: 1, busy: 1, old_answer: 1,
};
export const COMING: Record<Exclude<Coming, 'pass' | 'stay'>, number> = { lost: 2, cut: 1 };

const HTML = '<html><body>Welcome</body></html>';
const html = (status: number, retryAfter: string | null = null): Omit<Reply, 'cookies'> => ({ status, type: 'text/html', retryAfter, text: HTML });
const json = (status: number, text: string): Omit<Reply, 'cookies'> => ({ status, type: 'application/json', retryAfter: null, text });
const PORTALS = [html(200), json(200, '{"ok":true}'), json(200, '[]'), json(200, '[1,"nonce","e","a",9,[[1,"a"]],0,[],[],0]')];
const PAGES_4XX = [400, 401, 403, 404, 407, 410, 413, 422, 451];

/** One step of one exchange. */
export async function blow(world: World, device: Device, exchange: Exchange): Promise<void> {
  if (exchange.hung) return;
  if (exchange.reply) comeBack(world, device, exchange);
  else await go(world, device, exchange);
}

async function go(world: World, device: Device, exchange: Exchange): Promise<void> {
  const { dice } = world;
  const fate: Going = dice.weighed({ pass: 6, stay: 1, ...world.kinds.going });
  if (fate !== 'pass' && fate !== 'stay') world.fault(fate);
  switch (fate) {
    case 'stay':
      return;
    case 'pass':
      return world.arrive(device, exchange);
    case 'refused':
      return world.fail(device, exchange, 'refused');
    case 'vanish':
      exchange.hung = true;
      return;
    case 'twice':
      device.net.under.push({ ...exchange, holder: null });
      return world.arrive(device, exchange);
    case 'portal':
      return world.hand(device, exchange, dice.pick(PORTALS));
    case 'redirect':
      return world.fail(device, exchange, 'redirect');
    case 'page_4xx':
      return world.hand(device, exchange, dice.chance(0.8) ? html(dice.pick(PAGES_4XX)) : json(dice.pick(PAGES_4XX), '{"code":"nope"}'));
    case 'page_5xx':
      return world.hand(device, exchange, html(dice.pick([500, 502, 504, 520])));
    case 'busy':
      return world.hand(device, exchange, html(dice.pick([503, 429]), dice.chance(0.8) ? String(dice.between(1, 60)) : null));
    case 'old_answer': {
      // A broken cache: what was asked before at that address, by whoever asked. Logins carry nothing that would tell.
      const asked = exchange.path === '/api/sync' ? world.devices : [device];
      const old = asked.flatMap(({ net }) => net.answered.filter(({ path }) => path === exchange.path));
      if (old.length) world.hand(device, exchange, { ...dice.pick(old).reply, cookies: [] });
      return;
    }
  }
}

function comeBack(world: World, device: Device, exchange: Exchange): void {
  const { dice } = world;
  const fate: Coming = dice.weighed({ pass: 6, stay: 1.5, ...world.kinds.coming });
  if (fate !== 'pass' && fate !== 'stay') world.fault(fate);
  switch (fate) {
    case 'stay':
      return;
    case 'pass':
      return world.hand(device, exchange, exchange.reply as Reply);
    case 'cut':
      return world.hand(device, exchange, exchange.reply as Reply, true);
    case 'lost':
      if (dice.chance(0.5)) world.fail(device, exchange, 'refused');
      else exchange.hung = true;
  }
}

/** Who has waited too long gives up; the request may still be on its way. */
export function giveUp(world: World, all = false): void {
  for (const { device, exchange } of world.under) {
    if (!all && world.time.now - exchange.since < TIME_LIMIT_MS) continue;
    if (!exchange.holder && !exchange.hung) continue;
    const arrivesLate = !exchange.hung && !exchange.reply && world.dice.chance(0.5);
    if (exchange.holder) world.fault('timeout');
    world.fail(device, exchange, 'timeout');
    if (arrivesLate) device.net.under.push({ ...exchange, holder: null });
  }
}
