/** The thumb's side of one scoring page: which line is open, what is pressed, when the keys rest, what was done.
 *  A mark is on the page only after it is on the disk: rows come from the phone, the keys alone answer at once. */
import { realClock, type Clock } from '../../foundation/clock';
import type { Phone } from '../../sync/phone.svelte';
import type { FormLine, FormRow, Id, Mark } from '../../sync/types';
import { asksForFact, misfits, type Offer } from '../chips';
import { addChip, giveScore, recall, removeChip, submit, write } from '../mutations';
import { noteFinished } from '../pace';
import { firstLine, linesOf, nextOpen, openLines, overallOf, sameLine, type LineView } from '../progress';
import { type Act, handOf, type Hand } from './acts';

/** After a tap that flows on, the keys are deaf: the bounce of a glove scores nothing. */
export const REST_MS = 400;

/** Where an undone act was, for the page that opens next. */
let place: { evaluation: Id; key: number } | null = null;
/** The next page opens under a thumb that has just tapped the same spot. */
let turned: Turn | null = null;
export type Turn = 'next' | 'back';

export function turnPage(to: Turn): void {
  turned = to;
}

export class Desk {
  /** Index of the open line; -1: none. */
  at = $state(0);
  /** The key under the thumb, before it is lifted. */
  peek = $state<Mark | null>(null);
  /** Chosen and on its way to the disk. */
  pending = $state.raw<{ key: number; mark: Mark } | null>(null);
  resting = $state(false);
  /** The dashed button led here: say what is missing. */
  missing = $state(false);
  busy = $state(false);
  /** Handed in from here, and on the way to the next person: nothing is taken down that the next page needs again. */
  leaving = $state(false);
  /** A write that did not get through; call it to try again. */
  failed = $state.raw<{ again: () => void } | null>(null);
  undoable = $state(false);
  /** The last mark that landed, to be read aloud. */
  landed = $state.raw<{ line: FormLine; mark: Mark } | null>(null);
  /** The reader has left; what is still being written goes on, and the screen is another's. */
  closed = false;
  /** From which side this page came, when it followed another person's. */
  readonly turn: Turn | null;

  readonly row = $derived.by(() => this.phone.evaluation(this.id));
  readonly form = $derived.by((): FormRow | undefined => (this.row ? this.phone.forms.get(this.row.form_id) : undefined));
  readonly lines = $derived.by((): LineView[] => {
    const fresh = this.row && this.form ? linesOf(this.row, this.form) : [];
    // A line that has not changed stays the same object, so that its row is not drawn again.
    return (this.#lines = fresh.map((line, i) => (sameLine(line, this.#lines[i]) ? (this.#lines[i] as LineView) : line)));
  });
  readonly line = $derived.by((): LineView | undefined => this.lines[this.at]);
  readonly left = $derived.by(() => openLines(this.lines));
  readonly overall = $derived.by(() => overallOf(this.lines));
  readonly mayScore = $derived.by(() => this.row?.state === 'open' && this.row.may.includes('score'));
  readonly maySubmit = $derived.by(() => this.mayScore && this.row?.may.includes('submit') === true);

  #lines: LineView[] = [];
  #wait: (() => void) | undefined;
  #hand: Hand;

  constructor(
    readonly phone: Phone,
    readonly id: Id,
    readonly advance: boolean,
    private readonly clock: Clock = realClock,
  ) {
    this.#hand = handOf(phone);
    this.undoable = this.#hand.acts.length > 0;
    const back = place?.evaluation === id ? this.lines.findIndex((line) => line.key === place?.key) : -1;
    place = null;
    this.at = !this.mayScore ? -1 : back >= 0 ? back : firstLine(this.lines);
    if (turned) this.#rest();
    this.turn = turned;
    turned = null;
  }

  open(i: number): void {
    if (!this.mayScore || i < 0) return;
    this.#stop();
    this.at = i;
    this.missing = false;
    this.peek = null;
  }

  /** The dashed button: to the first line that is open, and say so. */
  showMissing(): void {
    this.open(this.lines.findIndex((line) => line.open));
    this.missing = true;
  }

  async choose(mark: Mark): Promise<void> {
    const { line, row } = this;
    this.peek = null;
    if (!line || !row || !this.mayScore || this.resting || mark === line.mark) return;
    this.missing = false;
    this.pending = { key: line.key, mark };
    // Judgement flows on; a changed mark of the rule and the ends of the scale stay for their fact.
    const flows = this.advance && line.rule === null && !asksForFact(mark) && nextOpen(this.lines, this.at) >= 0;
    if (flows) this.#rest();
    const value = mark === line.rule ? null : mark;
    const seen = this.#hand.sees(row);
    const wrote = await this.#write({ kind: 'line', evaluation: row.id, seen, key: line.key, before: line }, async () => {
      const hand = this.#hand;
      await giveScore(hand, seen(), line.key, value);
      for (const tag of misfits(this.phone.chips, Object.keys(line.tags), mark)) await removeChip(hand, seen(), line.key, tag);
      if (value === null && line.reason) await write(hand, seen(), 'reason', line.key, '');
    });
    this.pending = null;
    if (wrote) this.landed = { line: line.line, mark };
    if (wrote && flows) this.#goOn();
  }

  backToData(): Promise<void> {
    return this.line?.rule ? this.choose(this.line.rule) : Promise.resolve();
  }

  /** A quick comment, on or off. On a changed mark of the rule it is the reason. */
  async tap(offer: Offer): Promise<void> {
    const { line, row } = this;
    if (!line || !row || !this.mayScore || this.resting) return;
    if (line.overridden) return this.pen('reason')(offer.text);
    const on = offer.tag in line.tags;
    if (!on) this.#rest();
    const seen = this.#hand.sees(row);
    const wrote = await this.#write({ kind: 'line', evaluation: row.id, seen, key: line.key, before: line }, () =>
      (on ? removeChip : addChip)(this.#hand, seen(), line.key, offer.tag),
    );
    if (wrote && !on) this.#afterFact(line);
  }

  /** Own words on the line that is open now; call what this gives as often as there are words to keep. They go on from
   *  what is shown now, then from what was last kept: what others write meanwhile lies under the sheet, unseen. */
  pen(kind: 'comment' | 'reason'): (text: string) => Promise<void> {
    const { line, row } = this;
    if (!line || !row || !this.mayScore) return () => Promise.resolve();
    const seen = this.#hand.sees(row);
    let kept = line[kind];
    return async (text) => {
      if (text === kept) return;
      const before = { ...line, [kind]: kept };
      kept = text;
      const act: Act = { kind: 'line', evaluation: row.id, seen, key: line.key, before };
      const wrote = await this.#write(act, () => write(this.#hand, seen(), kind, line.key, text));
      if (!wrote) kept = before[kind];
      else if (kind === 'comment' && text) {
        this.#rest();
        this.#afterFact(line);
      }
    };
  }

  /** Resolves true when the submit is on this phone's disk. */
  async submit(): Promise<boolean> {
    const { row } = this;
    if (!row || !this.maySubmit || this.left.length > 0 || this.resting || this.busy) return false;
    this.busy = this.leaving = true;
    const seen = this.#hand.sees(row);
    const wrote = await this.#write({ kind: 'submit', evaluation: row.id, seen }, () => submit(this.#hand, seen()));
    this.busy = false;
    this.leaving = wrote;
    // Who only hands in what somebody else has scored has no pace.
    const scored = this.#hand.acts.some((act) => act.kind === 'line' && act.evaluation === row.id);
    if (wrote && scored) noteFinished(this.phone, row.id, this.clock.now());
    return wrote;
  }

  async recall(): Promise<void> {
    const { row } = this;
    if (!row?.may.includes('recall') || this.busy) return;
    this.busy = true;
    const { acts } = this.#hand;
    if (await this.#write(null, () => recall(this.#hand, row))) {
      const mine = acts.findLastIndex((act) => act.kind === 'submit' && act.evaluation === row.id);
      if (mine >= 0) acts.splice(mine, 1);
      if (!this.closed) this.at = firstLine(this.lines);
    }
    this.busy = false;
  }

  /** Takes the last act back. Returns the evaluation it was on, to go there; null when there was none. */
  async undo(): Promise<Id | null> {
    const { acts } = this.#hand;
    const act = acts.at(-1);
    if (!act || !this.phone.evaluation(act.evaluation) || this.busy) return null;
    // Of a page that is not open, what was last seen is what stood there at the act. What others have changed since is theirs.
    const row = act.seen();
    const seen = act.evaluation === this.id && this.row ? this.#hand.sees(this.row) : act.seen;
    this.#stop();
    this.missing = false;
    const form = this.phone.forms.get(row.form_id);
    const line = act.kind === 'line' && form ? linesOf(row, form).find((one) => one.key === act.key) : undefined;
    const wrote = await this.#write(null, async () => {
      if (act.kind === 'submit') await recall(this.#hand, row);
      else if (line) await (await import('./restore')).restore(this.#hand, seen, line, act.before);
    });
    if (!wrote) return null;
    acts.pop();
    this.undoable = acts.length > 0;
    if (this.closed) return act.evaluation;
    if (act.evaluation === this.id) {
      this.at = line ? this.lines.findIndex((one) => one.key === line.key) : firstLine(this.lines);
    } else {
      turnPage('back');
      place = { evaluation: act.evaluation, key: line?.key ?? -1 };
    }
    return act.evaluation;
  }

  close(): void {
    this.closed = true;
    this.#stop();
  }

  /** One write after the other, so that each has the version before it as its base. */
  async #write(act: Act | null, work: () => Promise<unknown>): Promise<boolean> {
    const run = async (): Promise<boolean> => {
      try {
        await work();
        this.failed = null;
        if (act) {
          this.#hand.acts.push(act);
          this.undoable = true;
        }
        return true;
      } catch {
        this.#stop();
        this.failed = { again: () => void this.#write(act, work) };
        return false;
      }
    };
    const mine = this.#hand.writes.then(run);
    this.#hand.writes = mine;
    return mine;
  }

  #afterFact(line: LineView): void {
    if (this.advance && line.mark !== null && asksForFact(line.mark) && line.rule === null) this.#goOn();
  }

  /** To the next open line when the rest is over, if the thumb has not gone elsewhere meanwhile. */
  #goOn(): void {
    if (this.closed) return;
    const next = nextOpen(this.lines, this.at);
    if (next < 0) return;
    const go = () => this.open(next);
    if (this.resting) this.#after = go;
    else go();
  }
  #after: (() => void) | undefined;

  #rest(): void {
    this.#stop();
    if (this.closed) return;
    this.resting = true;
    this.#wait = this.clock.after(REST_MS, () => {
      this.resting = false;
      const then = this.#after;
      this.#after = undefined;
      then?.();
    });
  }

  #stop(): void {
    this.#wait?.();
    this.#wait = undefined;
    this.#after = undefined;
    this.resting = false;
  }
}
