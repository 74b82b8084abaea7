// Draws the app's sign, a gear of twelve teeth with a tick, as SVG and PNG: `node scripts/icons.mjs`. The files are
// committed; run it again when the sign changes. PNG by hand, because nothing else here needs an image library.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { crc32, deflateSync } from 'node:zlib';

const BLUE = [0x17, 0x4a, 0x8f];
const WHITE = [0xff, 0xff, 0xff];
const TEETH = 12;
// In units of the sign's half width; the gear stays within 0.8, a mask's safe zone, when drawn at scale 0.8.
const BODY = 0.6;
const TOOTH = { from: 0.5, to: 0.74, half: 0.115, round: 0.05 };
const TICK = [[-0.27, 0.02], [-0.08, 0.21], [0.29, -0.19]];
const TICK_HALF = 0.075;
const CORNER = 0.4;

const inRoundedBox = (x, y, cx, cy, hx, hy, r) => {
  const dx = Math.max(Math.abs(x - cx) - hx + r, 0);
  const dy = Math.max(Math.abs(y - cy) - hy + r, 0);
  return dx * dx + dy * dy <= r * r;
};

function inGear(x, y) {
  if (x * x + y * y <= BODY * BODY) return true;
  for (let i = 0; i < TEETH; i++) {
    const a = (i * 2 * Math.PI) / TEETH;
    const u = x * Math.cos(a) + y * Math.sin(a);
    const v = -x * Math.sin(a) + y * Math.cos(a);
    const middle = (TOOTH.from + TOOTH.to) / 2;
    if (inRoundedBox(u, v, middle, 0, (TOOTH.to - TOOTH.from) / 2, TOOTH.half, TOOTH.round)) return true;
  }
  return false;
}

const inTick = (x, y) =>
  TICK.slice(1).some(([bx, by], i) => {
    const [ax, ay] = TICK[i];
    const t = Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)));
    return Math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay)) <= TICK_HALF;
  });

/** RGBA of one point; `corner` 0: the blue fills the square, for phones that cut their own shape. */
function colourAt(x, y, corner, scale) {
  if (corner && !inRoundedBox(x, y, 0, 0, 1, 1, corner)) return null;
  const gx = x / scale;
  const gy = y / scale;
  return inGear(gx, gy) && !inTick(gx, gy) ? WHITE : BLUE;
}

function png(size, corner, scale) {
  const SUB = 4;
  const rows = Buffer.alloc(size * (size * 4 + 1));
  for (let py = 0; py < size; py++) {
    for (let px = 0; px < size; px++) {
      const sum = [0, 0, 0, 0];
      for (let s = 0; s < SUB * SUB; s++) {
        const x = ((px + ((s % SUB) + 0.5) / SUB) / size) * 2 - 1;
        const y = ((py + (Math.floor(s / SUB) + 0.5) / SUB) / size) * 2 - 1;
        const colour = colourAt(x, y, corner, scale);
        if (colour) [...colour, 255].forEach((c, i) => (sum[i] += i < 3 ? c : 1));
      }
      const at = py * (size * 4 + 1) + 1 + px * 4;
      const covered = sum[3];
      for (let i = 0; i < 3; i++) rows[at + i] = covered ? Math.round(sum[i] / covered) : 0;
      rows[at + 3] = Math.round((covered / (SUB * SUB)) * 255);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

function svg() {
  const S = 50;
  const n = (value) => Number((value * S).toFixed(2));
  const tooth = `<rect id="t" x="${n(TOOTH.from)}" y="${n(-TOOTH.half)}" width="${n(TOOTH.to - TOOTH.from)}" height="${n(2 * TOOTH.half)}" rx="${n(TOOTH.round)}"/>`;
  const uses = Array.from({ length: TEETH }, (_, i) => `<use href="#t" transform="rotate(${(360 / TEETH) * i})"/>`).join('');
  const tick = TICK.map(([x, y]) => `${n(x)} ${n(y)}`).join('L');
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-50 -50 100 100"><defs>${tooth}</defs>` +
    `<rect x="-50" y="-50" width="100" height="100" rx="${n(CORNER)}" fill="#174a8f"/>` +
    `<g fill="#fff"><circle r="${n(BODY)}"/>${uses}</g>` +
    `<path d="M${tick}" fill="none" stroke="#174a8f" stroke-width="${n(2 * TICK_HALF)}" stroke-linecap="round" stroke-linejoin="round"/></svg>\n`
  );
}

const out = (name) => fileURLToPath(new URL(`../public/icons/${name}`, import.meta.url));
writeFileSync(out('gear.svg'), svg());
writeFileSync(out('gear-192.png'), png(192, CORNER, 1));
writeFileSync(out('gear-512.png'), png(512, CORNER, 1));
writeFileSync(out('gear-maskable-512.png'), png(512, 0, 0.85));
