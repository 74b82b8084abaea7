/**
 * The cryptography of a simulated tab: every answer comes within the promise, for a thread's answer no seed could
 * replay. It hides nothing, which lets the oracle read; but a value opens only under its key and in its place, and keys
 * do not come out of what wraps them without the right one.
 */
interface Key {
  id: string;
}
interface Gcm {
  additionalData: Uint8Array;
}

const utf8 = new TextEncoder();
const text = new TextDecoder();
let made = 0;
let ivs = 0;
const IV_BYTES = 12;

const head = (key: Key, { additionalData }: Gcm): string => JSON.stringify([key.id, text.decode(additionalData)]);

async function encrypt(how: Gcm, key: Key, data: Uint8Array): Promise<ArrayBuffer> {
  return utf8.encode(`${head(key, how)}\n${text.decode(data)}`).buffer;
}

/** What an envelope of this cryptography holds. */
export function opened(sealed: ArrayBuffer): string {
  const whole = text.decode(sealed);
  return whole.slice(whole.indexOf('\n') + 1);
}

async function decrypt(how: Gcm, key: Key, sealed: ArrayBuffer): Promise<ArrayBuffer> {
  if (!text.decode(sealed).startsWith(`${head(key, how)}\n`)) throw new DOMException('', 'OperationError');
  return utf8.encode(opened(sealed)).buffer;
}

export const crypto = {
  /** No two writings have one iv: by it the phone tells them apart. */
  getRandomValues<T>(bytes: T): T {
    if (bytes instanceof Uint8Array && bytes.length === IV_BYTES) new DataView(bytes.buffer).setUint32(0, ++ivs);
    return bytes;
  },
  subtle: {
    encrypt,
    decrypt,
    generateKey: async (): Promise<Key> => ({ id: `key ${++made}` }),
    wrapKey: (_raw: string, key: Key, by: Key, how: Gcm): Promise<ArrayBuffer> => encrypt(how, by, utf8.encode(key.id)),
    unwrapKey: async (_raw: string, sealed: ArrayBuffer, by: Key, how: Gcm): Promise<Key> => ({ id: text.decode(await decrypt(how, by, sealed)) }),
    importKey: async (_raw: string, bytes: Uint8Array): Promise<Key> => ({ id: text.decode(bytes) }),
    exportKey: async (_raw: string, key: Key): Promise<ArrayBuffer> => utf8.encode(key.id).buffer,
    deriveKey: async (how: { info: Uint8Array }, from: Key): Promise<Key> => ({ id: `${text.decode(how.info)} of ${from.id}` }),
  },
};
