/**
 * Bugs that others have paid for, woven into the client of the simulation's own build. Each names the text of the
 * product that it spoils; when that text is gone the build fails, so that no planted bug falls asleep unnoticed.
 * `within`: seeds in which it must be caught, of all kinds of trouble or of those named, where they seldom meet.
 */
const on = (name, bad, good = '') => `(planted === '${name}' ? (${bad}) : (${good}))`;
const also = (name, statement) => `if (planted === '${name}') { ${statement} }`;

export const BUGS = [
  {
    name: 'saved-before-commit',
    what: '"saved" is said when the writes are asked for, not at `complete`',
    within: 200,
    file: 'src/db/connection.ts',
    spoil: [['    await done;\n', (text) => `    if (planted !== 'saved-before-commit') {${text}}\n`]],
  },
  {
    name: 'relaxed-write',
    what: 'writes are not strict; the power goes',
    within: 200,
    file: 'src/db/connection.ts',
    spoil: [["durability: 'strict'", () => `durability: ${on('relaxed-write', "'relaxed'", "'strict'")}`]],
  },
  {
    name: 'drop-on-4xx',
    what: 'a foreign 4xx page takes the edits out of the outbox',
    within: 200,
    file: 'src/sync/round.ts',
    spoil: [
      [
        '    const sent = edits.map(({ n }) => n);\n',
        (text) => `${text}    ${also('drop-on-4xx', "if (answer.got === 'answer' && answer.status >= 400 && answer.status < 500) for (const n of sent) await outbox.discard(n);")}\n`,
      ],
    ],
  },
  {
    name: 'believe-portal',
    what: 'any 200 counts as a receipt for what was sent',
    within: 200,
    file: 'src/sync/round.ts',
    spoil: [
      [
        '    const sent = edits.map(({ n }) => n);\n',
        (text) => `${text}    ${also('believe-portal', "if (answer.got === 'answer' && answer.status === 200) for (const n of sent) await outbox.discard(n);")}\n`,
      ],
    ],
  },
  {
    name: 'coalesce-after-send',
    what: 'a newer value takes the place of an edit that was on the wire',
    within: 200,
    file: 'src/sync/outbox.ts',
    spoil: [
      ["newest.attempts > 0 || newest.state !== 'queued'", (text) => on('coalesce-after-send', 'false', text)],
      ['!held || held.attempts > 0', (text) => on('coalesce-after-send', '!held', text)],
    ],
  },
  {
    name: 'names-say-no-content',
    what: 'an own edit is named without its content, and what another tab made of it counts as seen',
    within: 300,
    kinds: 'second_tab,bursts,meeting',
    file: 'src/sync/outbox.ts',
    spoil: [['held && writingOf(held.sealed) !== writing', (text) => on('names-say-no-content', 'false', text)]],
  },
  {
    name: 'numbers-from-memory',
    what: 'a tab believes its own count of n, not the disk',
    within: 300,
    kinds: 'second_tab,bursts',
    file: 'src/sync/outbox.ts',
    spoil: [
      ["if (((await meta.get('n')) ?? 0) !== expected) throw new LostRace();", (text) => `if (planted !== 'numbers-from-memory') { ${text} }`],
      ['await outbox.add(stored);', () => `await outbox[${on('numbers-from-memory', "'put'", "'add'")}](stored);`],
    ],
  },
  {
    name: 'overlay-dropped-early',
    what: 'a confirmed edit leaves the overlay before the rows have it',
    within: 300,
    kinds: 'full,lost',
    file: 'src/sync/receipts.ts',
    spoil: [
      ["result: receipt.result, reason: null, overlay: true", () => `result: receipt.result, reason: null, overlay: ${on('overlay-dropped-early', 'false', 'true')}`],
    ],
  },
  {
    name: 'outbox-wiped-on-epoch',
    what: 'a restored server makes the phone begin anew, outbox and all',
    within: 200,
    kinds: 'restore',
    file: 'src/sync/apply.ts',
    spoil: [
      [
        '  if (pulled.new_epoch) await offerLedgerAgain(tx, answer.epoch);\n',
        (text) => `  ${also('outbox-wiped-on-epoch', "if (pulled.new_epoch) await tx.objectStore('outbox').clear();")}\n${text}`,
      ],
    ],
  },
  {
    name: 'no-re-offer',
    what: 'a restored server is not offered what it had confirmed before',
    within: 200,
    kinds: 'restore',
    file: 'src/sync/apply.ts',
    spoil: [
      ['if (pulled.new_epoch) await offerLedgerAgain', () => "if (pulled.new_epoch && planted !== 'no-re-offer') await offerLedgerAgain"],
    ],
  },
  {
    name: 'cursor-before-rows',
    what: 'cursors are written in a transaction of their own, before the rows',
    within: 500,
    kinds: 'crash,reload,power,lost',
    file: 'src/sync/apply.ts',
    spoil: [
      [
        '  try {\n    return { pulled: await db.write([...STORES]',
        (text) =>
          `  ${also('cursor-before-rows', `await db.write([...STORES], async (tx) => {
    const first = pull(answer, asked, await heldIn(tx), now);
    if (first.counts) for (const scope of first.scopes) await tx.objectStore('scopes').put(scope);
  });`)}\n${text}`,
      ],
    ],
  },
  {
    name: 'stale-pull',
    what: 'a part from behind is applied over what is newer',
    within: 300,
    kinds: 'second_tab,bursts,no_locks',
    file: 'src/sync/pull.ts',
    spoil: [['delta.to >= scope.cursor', (text) => on('stale-pull', 'true', text)]],
  },
  {
    name: 'login-ends-queue',
    what: 'a login that ran out empties the queue',
    within: 200,
    kinds: 'expired',
    file: 'src/sync/round.ts',
    spoil: [
      [
        '    const sent = edits.map(({ n }) => n);\n',
        (text) => `${text}    ${also('login-ends-queue', "if (answer.got === 'no_login') for (const n of sent) await outbox.discard(n);")}\n`,
      ],
    ],
  },
  {
    name: 'never-again-after-busy',
    what: 'after a 503 nothing wakes the sending',
    within: 200,
    kinds: 'busy',
    file: 'src/sync/driver.ts',
    spoil: [
      [
        'if (until === null) return;',
        () => "if (until === null || (planted === 'never-again-after-busy' && this.#line.told)) return;",
      ],
    ],
  },
  {
    name: 'full-drops-receipts',
    what: 'with no room for rows the receipts are forgotten, and the edits with them',
    within: 200,
    kinds: 'full',
    file: 'src/sync/apply.ts',
    spoil: [
      [
        '    const bare = { ...answer, deltas: [], scopes: null };\n',
        (text) => `${text}    ${also('full-drops-receipts', "await db.write(['outbox'], async (tx) => { for (const { n } of answer.receipts) await tx.objectStore('outbox').delete(n); });")}\n`,
      ],
    ],
  },
  {
    name: 'wait-of-a-wrong-clock',
    what: 'a wait set while the clock was a year ahead is kept after it was put back',
    within: 300,
    kinds: 'clock,portal,busy,page_5xx',
    file: 'src/sync/planner.ts',
    spoil: [['until > now && until - now <= longest', (text) => on('wait-of-a-wrong-clock', 'until > now', text)]],
  },
  {
    name: 'nameless-phone',
    what: 'a sign-in that found no room leaves the phone without an id for its edits',
    within: 300,
    kinds: 'evict_all,full,quota',
    file: 'src/sync/phone.svelte.ts',
    spoil: [['snapshot.device ?? (await this.parts.deviceId())', (text) => `(snapshot.device ?? ${on('nameless-phone', "''", text.replace('snapshot.device ?? ', ''))})`]],
  },
  {
    name: 'ledger-by-phones-clock',
    what: 'the 30 days of the ledger are counted by the phone',
    within: 1000,
    kinds: 'clock,restore,reload,power',
    file: 'src/sync/phone.svelte.ts',
    spoil: [
      [
        'await forgetOldReceipts(this.parts.db)',
        (text) => `${also('ledger-by-phones-clock', `await this.parts.db.write(['ledger'], async (tx) => {
      const ledger = tx.objectStore('ledger');
      for (const one of await ledger.getAll()) if (one.at < this.parts.clock.now() - 2_592_000_000 && !one.parked && !one.overlay) await ledger.delete(one.n);
    });`)}\n    ${text}`,
      ],
    ],
  },
];

/** A plugin that spoils the sources. */
export function weave() {
  return {
    name: 'planted',
    enforce: 'pre',
    transform(code, id) {
      const path = id.split('?')[0].replaceAll('\\', '/');
      let text = code;
      for (const { name, file, spoil } of BUGS) {
        if (!path.endsWith(`/pwa/${file}`)) continue;
        for (const [find, put] of spoil) {
          if (text.split(find).length !== 2) throw new Error(`planted bug ${name}: ${file} no longer says: ${find}`);
          text = text.replace(find, put(find));
        }
      }
      return text === code ? null : { code: text.startsWith('declare const planted') ? text : `declare const planted: string;\n${text}`, map: null };
    },
  };
}
