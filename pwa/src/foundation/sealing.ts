/**
 * Sealing for the plant's server: ECDH on P-256 with a key made for this one file, mixed with a proof that the server
 * gave to this person on this phone, then HKDF and AES-256-GCM. server/identity/filekeys.py opens it.
 */
const PURPOSE = 'gemba outbox file 1';
const IV_BYTES = 12;

export interface SealingKey {
  /** The plant's point, uncompressed, base64url. */
  point: string;
  proof: string;
}

/** Browsers offer cryptography to pages of a secure origin alone. */
export const canSeal = (): boolean => 'subtle' in crypto;

/** `<point>.<iv>.<text>` in base64url; opens only together with `head`, unchanged. */
export async function sealTo(key: SealingKey, openHead: string, text: string): Promise<string> {
  const [head, content] = [bytes(openHead), bytes(text)];
  const { subtle } = crypto;
  const curve = { name: 'ECDH', namedCurve: 'P-256' };
  const own = await subtle.generateKey(curve, false, ['deriveBits']);
  const theirs = await subtle.importKey('raw', fromBase64(key.point), curve, false, []);
  const shared = new Uint8Array(await subtle.deriveBits({ name: 'ECDH', public: theirs }, own.privateKey, 256));
  const material = await subtle.importKey('raw', joined(shared, fromBase64(key.proof)), 'HKDF', false, ['deriveKey']);
  const salt = await subtle.digest('SHA-256', head);
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt, info: bytes(PURPOSE) };
  const made = await subtle.deriveKey(hkdf, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt']);
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const sealed = await subtle.encrypt({ name: 'AES-GCM', iv, additionalData: head }, made, content);
  const point = await subtle.exportKey('raw', own.publicKey);
  return [point, iv.buffer, sealed].map((part) => toBase64(new Uint8Array(part))).join('.');
}

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function toBase64(data: Uint8Array): string {
  let text = '';
  for (const byte of data) text += String.fromCharCode(byte);
  return btoa(text).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}
