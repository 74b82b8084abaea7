/** What this person did on the scoring pages, newest last, so that one act at a time can be taken back, also across
 *  persons. It lives as long as the page: after a restart the marks are there and the way back is a new mark. */
import { overEvaluation, type OwnEdit } from '../../sync/overlay';
import type { Outbox } from '../mutations';
import type { LineView } from '../progress';
import type { EvaluationRow, Id, NewMutation } from '../../sync/types';

export type Act =
  | { kind: 'line'; evaluation: Id; seen: Seen; key: number; before: LineView }
  | { kind: 'submit'; evaluation: Id; seen: Seen };

/** A row as it was before somebody's eyes, under what they have written since: the base of an edit is that. What came
 *  while they typed, or while the edit waited its turn, they have not seen. */
export type Seen = () => EvaluationRow;

/** What one signed-in person does here. */
export class Hand implements Outbox {
  readonly acts: Act[] = [];
  /** What is being written, on whichever page it was begun: the next write has it as its base. */
  writes: Promise<unknown> = Promise.resolve();
  readonly #wrote: OwnEdit[] = [];

  constructor(private readonly phone: { append(wish: NewMutation): Promise<OwnEdit> }) {}

  async append(wish: NewMutation): Promise<void> {
    this.#wrote.push(await this.phone.append(wish));
  }

  /** `row` is on the screen now. */
  sees(row: EvaluationRow): Seen {
    const from = this.#wrote.length;
    return () => overEvaluation(row, this.#wrote.slice(from).filter(({ record }) => record === row.id));
  }
}

const hands = new WeakMap<object, Hand>();

export function handOf(phone: ConstructorParameters<typeof Hand>[0]): Hand {
  let hand = hands.get(phone);
  if (!hand) hands.set(phone, (hand = new Hand(phone)));
  return hand;
}
