/**
 * One round: freeze the edits, POST /api/sync, believe the answer only when it is ours, write it down. Nothing here
 * decides whether or when; planner.ts does. One round at a time over all tabs.
 */
import type { UserDb } from '../db/user-db';
import type { ProblemCode } from '../generated/problems';
import type { Credentials } from '../foundation/credentials';
import type { Chance } from '../foundation/chance';
import type { Clock } from '../foundation/clock';
import type { Answer, Post } from '../foundation/post';
import { applyAnswer, readHeld } from './apply';
import type { Entry, Outbox } from './outbox';
import type { Outcome } from './planner';
import type { Held, Pulled } from './pull';
import { attemptsOf, hindrance } from './status';
import type { Edit } from './types';
import { READS } from '../generated/wire-columns';
import { decodeAnswer, encodeRequest, NotOurs, type WireAnswer } from './wire';

/** What our server says when one edit may be why it could take none. Only on its word is an edit ever set aside. */
const AN_EDIT_MAY_BE_WHY: ReadonlySet<string> = new Set<ProblemCode>(['sync_malformed', 'too_large', 'bad_json', 'bad_request']);

export const SYNC_PATH = '/api/sync';
const NONCE_LENGTH = 6;

export interface RoundParts {
  db: UserDb;
  outbox: Outbox;
  post: Post;
  credentials: Credentials;
  clock: Clock;
  chance: Chance;
}

export interface RoundEnd {
  outcome: Outcome;
  /** What changed here, when the server answered. */
  pulled: Pulled | null;
  /** There was no room for rows. */
  full: boolean;
}

export async function round(parts: RoundParts, ns: readonly number[], lastError: string | null = null): Promise<RoundEnd> {
  const { db, outbox, clock, chance } = parts;
  const edits = await outbox.freeze(ns);
  const held = await readHeld(db);
  const nonce = chance.token().slice(0, NONCE_LENGTH);
  const answer = await ask(parts, requestBody(outbox, edits, held, nonce, clock.now(), lastError));
  const ours = answer.got === 'answer' && answer.status === 200 ? decoded(answer.body, nonce) : null;
  if (!ours) {
    const sent = edits.map(({ n }) => n);
    return { outcome: outcomeOf(answer, sent), pulled: null, full: false };
  }
  return { outcome: { was: 'answered' }, ...(await applyAnswer(db, outbox.nOf, ours, held, clock.now())) };
}

function requestBody(outbox: Outbox, edits: Edit[], { sync, scopes }: Held, nonce: string, now: number, lastError: string | null): unknown {
  const waiting = outbox.entries;
  return encodeRequest({
    device: outbox.device,
    epoch: sync.epoch,
    nonce,
    access: sync.access,
    cursors: sync.access ? scopes.map(({ cursor }) => cursor) : [],
    push: edits.length ? { author: outbox.author, mutations: edits } : null,
    queued: waiting.length,
    oldest_s: Math.max(0, Math.round((now - Math.min(now, ...waiting.map(({ at }) => at))) / 1000)),
    ...stuckOf(waiting, lastError),
    reads: READS,
    sent_ms: now,
  });
}

/** Fewer tries than these are a dead spot between two machines and no news for a desk. */
const STUCK_ATTEMPTS = 4;

/** What a desk should know of a phone that does not get rid of its edits. Costs no byte as long as all goes well. */
export function stuckOf(entries: readonly Entry[], lastError: string | null): { attempts?: number; error?: string } {
  const attempts = attemptsOf(entries);
  const isStuck = attempts >= STUCK_ATTEMPTS || entries.some(({ state }) => state === 'set_aside' || state === 'update_needed');
  return isStuck ? { attempts, error: hindrance(entries, lastError) ?? '' } : {};
}

type Asked = Answer | { got: 'no_login' };

/** One try, and one more after a refresh when the login had run out. */
async function ask({ post, credentials }: RoundParts, body: unknown): Promise<Asked> {
  for (let again = true; ; again = false) {
    const csrf = await credentials.csrf();
    if (csrf === null) return { got: 'no_login' };
    const answer = await post(SYNC_PATH, body, { 'X-CSRF-TOKEN': csrf });
    if (!isLoginAsked(answer)) return answer;
    if (!again) return { got: 'no_login' };
    try {
      if (!(await credentials.refresh(csrf))) return { got: 'no_login' };
    } catch {
      return { got: 'offline' }; // the refresh found no server; that says nothing about the login
    }
  }
}

/** A 401 of ours. A proxy's or a portal's page with that status asks for something else. */
function isLoginAsked(answer: Answer): boolean {
  return answer.got === 'answer' && answer.status === 401 && answer.type.startsWith('application/problem+json');
}

function codeOf({ type, body }: Answer & { got: 'answer' }): string | null {
  if (!type.startsWith('application/problem+json') || typeof body !== 'object') return null;
  return String((body as { code?: unknown } | null)?.code ?? '');
}

function decoded(body: unknown, nonce: string): WireAnswer | null {
  try {
    return decodeAnswer(body, nonce);
  } catch (error) {
    // Cells that are not what they should be throw TypeErrors: not ours either.
    if (error instanceof NotOurs || error instanceof TypeError) return null;
    throw error;
  }
}

/** Every end that is not an answer of ours. None of them deletes anything. */
export function outcomeOf(answer: Asked, sent: readonly number[]): Outcome {
  if (answer.got === 'no_login') return { was: 'needs_login' };
  if (answer.got !== 'answer') return { was: answer.got };
  const { status } = answer;
  const code = codeOf(answer);
  // The cookie is another person's: their pushes are never mixed, this one waits for its author's login.
  if (code === 'author_mismatch') return { was: 'needs_login' };
  if (code === 'protocol_too_new') return { was: 'server_old' };
  if (code !== null && AN_EDIT_MAY_BE_WHY.has(code)) return { was: 'too_big', ns: sent };
  if ((status >= 200 && status < 400) || status === 401 || status === 511) return { was: 'captive' };
  if (status === 429 || status === 503) return { was: 'busy', retry_after_s: answer.retry_after_s };
  if (status >= 500) return { was: 'server_down' };
  if (code === null) return { was: 'foreign' };
  return { was: status === 426 ? 'update_needed' : 'refused' };
}
