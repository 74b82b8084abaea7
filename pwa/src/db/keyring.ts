/**
 * The data key of one person on this phone, and what it is wrapped by. On an own phone without a PIN that is a key which
 * the browser does not give out (it keeps out whoever copies values, not whoever copies the whole profile); with a PIN it
 * is the PIN, the platform key, or the secret that the server gives after a full login, and nothing else. This file has
 * what a start needs; locks.ts has the rest and is loaded when somebody unlocks.
 */
import { type Bytes, subtle } from '../foundation/crypto';
import { gcm } from './envelope';

export interface Wrapped {
  iv: Bytes;
  ct: ArrayBuffer;
}

/** Value of `key` in the store `meta`. Without `bare` the database is locked until a person opens it. */
export interface KeyRecord {
  v: 1;
  /** Own phone without a PIN: opens by itself. */
  bare?: Wrapped & { by: CryptoKey };
  /** `pepper`: an HMAC key that the browser does not give out. */
  pin?: Wrapped & { salt: Bytes; rounds: number; pepper: CryptoKey };
  /** `credential`: id of the platform's key; `salt`: what it is asked for. */
  platform?: Wrapped & { salt: Bytes; credential: ArrayBuffer };
  /** `id`: which of the server's secrets. */
  recovery?: Wrapped & { id: string };
  /** Wrong PINs since the last right one, written down before each try. */
  wrong?: number;
  /** Milliseconds: no PIN is tried before. */
  not_before?: number;
  /** Nothing older than encryption lies in this database any more. */
  whole?: true;
}

/** The values of this person are there, and only the person can open them. */
export class Locked extends Error {
  override readonly name = 'Locked';
}

export const AES = { name: 'AES-GCM', length: 256 };
export const AES_USES: KeyUsage[] = ['encrypt', 'decrypt'];
export const barePlace = (name: string): string => `${name}|key|bare`;

export function unwrap(by: CryptoKey, { iv, ct }: Wrapped, place: string, extractable = false): Promise<CryptoKey> {
  return subtle().unwrapKey('raw', ct, by, gcm(iv, place), AES, extractable, AES_USES);
}

/** Throws `Locked` when this record does not open by itself. `extractable`: to wrap it by something else. */
export function openBare(name: string, { bare }: KeyRecord, extractable = false): Promise<CryptoKey> {
  if (!bare) return Promise.reject(new Locked());
  return unwrap(bare.by, bare, barePlace(name), extractable);
}
