/**
 * Every value that lies in IndexedDB goes through here: ids, scopes, counters and cursors stay plain, what people wrote
 * and what is known about them does not. Version 1 is AES-256-GCM under the person's data key, with the place as
 * additional data, so that a value moved to another place, or another person's database, does not open. Version 0 is
 * what phones wrote before that; it is read for ever and never written. Both functions are awaited before or after a
 * transaction, never inside one: a transaction ends while crypto is awaited.
 */
import { type Bytes, randomBytes, subtle } from '../foundation/crypto';

export interface PlainEnvelope {
  v: 0;
  p: unknown;
}

export interface SealedEnvelope {
  v: 1;
  iv: Bytes;
  ct: ArrayBuffer;
}

export type Envelope = PlainEnvelope | SealedEnvelope;

const IV_BYTES = 12;
const written = new TextEncoder();
const read = new TextDecoder();

/** Tells one writing of a place from the next; empty for a value from before there was sealing. */
export const writingOf = (sealed: Envelope): string => (sealed.v ? sealed.iv.join('_') : '');

export const freshIv = (): Bytes => randomBytes(IV_BYTES);

export const gcm = (iv: Bytes, place: string): AesGcmParams => ({ name: 'AES-GCM', iv, additionalData: written.encode(place) });

/** `place` is "<database>|<store>|<key>". */
export async function seal(key: CryptoKey, place: string, value: unknown): Promise<SealedEnvelope> {
  const iv = freshIv();
  return { v: 1, iv, ct: await subtle().encrypt(gcm(iv, place), key, written.encode(JSON.stringify(value))) };
}

/** Throws when the envelope is of a kind that this version cannot open, lies in another place or is another key's. */
export async function unseal<T>(key: CryptoKey, place: string, sealed: SealedEnvelope): Promise<T> {
  try {
    // An envelope of a later kind has no iv that this one knows: it fails like any other that is not ours.
    return JSON.parse(read.decode(await subtle().decrypt(gcm(sealed.iv, place), key, sealed.ct))) as T;
  } catch (cause) {
    throw new Error(`cannot open ${place}`, { cause });
  }
}
