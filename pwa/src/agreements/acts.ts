/** One function for each thing that is done to an agreement. Each resolves when the phone has it on disk, not before. */
import type { NewMutation, TermLine, VoiceKind } from '../sync/types';
import type { Agreement } from './agreement';

/** What of the phone is needed to write. */
export interface Outbox {
  append(mutation: NewMutation): Promise<unknown>;
}

/** Says it of the text that `seen` showed, whatever stands by the time it arrives. */
export function say(outbox: Outbox, seen: Agreement, voice: VoiceKind, words: string): Promise<unknown> {
  return outbox.append({ record: seen.row.id, field: 'voice', op: 'append', value: { voice, words: words.trim() }, base: seen.text });
}

/** Puts all the terms in the place of those that `seen` showed. */
export function change(outbox: Outbox, seen: Agreement, lines: TermLine[], words: string): Promise<unknown> {
  const value = { lines, words: words.trim() };
  return outbox.append({ record: seen.row.id, field: 'terms', op: 'command', value, base: seen.text });
}
