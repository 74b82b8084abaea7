/** Making data keys and wrapping them: once in the life of a database, so no start carries it. */
import { subtle } from '../foundation/crypto';
import { freshIv, gcm } from './envelope';
import { AES, AES_USES, barePlace, type KeyRecord, type Wrapped } from './keyring';
import type { Tx } from './connection';
import type { UserSchema } from './schema';

export async function wrap(by: CryptoKey, key: CryptoKey, place: string): Promise<Wrapped> {
  const iv = freshIv();
  return { iv, ct: await subtle().wrapKey('raw', key, by, gcm(iv, place)) };
}

/** A data key that may be wrapped, and is kept only as long as that takes. */
export const freshKey = (): Promise<CryptoKey> => subtle().generateKey(AES, true, AES_USES);

export async function wrapBare(name: string, key: CryptoKey): Promise<Wrapped & { by: CryptoKey }> {
  const by = await subtle().generateKey(AES, false, ['wrapKey', 'unwrapKey']);
  return { by, ...(await wrap(by, key, barePlace(name))) };
}

/** What to do in a transaction over `meta`. The first one in wins: two tabs of somebody new must not seal with two keys. */
export async function makeFirstKey(name: string): Promise<(tx: Tx<UserSchema, 'readwrite'>) => Promise<KeyRecord>> {
  const bare = await wrapBare(name, await freshKey());
  return async (tx) => {
    const meta = tx.objectStore('meta');
    const held = (await meta.get('key')) as KeyRecord | undefined;
    if (held) return held;
    // Somebody is here already: what this phone kept before it could seal is sealed by sweep.ts.
    const made: KeyRecord = (await meta.get('user')) ? { v: 1, bare } : { v: 1, bare, whole: true };
    await meta.put(made, 'key');
    return made;
  };
}
