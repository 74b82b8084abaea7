/**
 * What else the data key is wrapped by: a PIN, the phone's own key, the server's secret. Crypto alone, no storage.
 * A PIN of six digits is few: one guess costs 600,000 rounds (0.15 s on a processor core, all of them 43 core-hours, on
 * a graphics card minutes) and needs the pepper, which lies in the profile. It keeps out a colleague, not a laboratory.
 */
import { type Bytes, randomBytes, subtle } from '../foundation/crypto';
import { wrap } from './first-key';
import { AES_USES, type KeyRecord, unwrap, type Wrapped } from './keyring';

export const PIN_ROUNDS = 600_000;
const SALT_BYTES = 16;
const PRF_SALT_BYTES = 32;
const WRAPPING: KeyUsage[] = ['wrapKey', 'unwrapKey'];
const utf8 = new TextEncoder();

type Pin = NonNullable<KeyRecord['pin']>;
type Platform = NonNullable<KeyRecord['platform']>;
type Recovery = NonNullable<KeyRecord['recovery']>;

const placeOf = (name: string, kind: 'pin' | 'platform' | 'recovery'): string => `${name}|key|${kind}`;

/** A wrapping key from a secret that is as long as a key. */
async function stretch(secret: BufferSource, salt: Bytes, info: string): Promise<CryptoKey> {
  const base = await subtle().importKey('raw', secret, 'HKDF', false, ['deriveKey']);
  const how = { name: 'HKDF', hash: 'SHA-256', salt, info: utf8.encode(info) };
  return subtle().deriveKey(how, base, { name: 'AES-GCM', length: 256 }, false, WRAPPING);
}

async function pinKey(name: string, pin: string, { salt, rounds, pepper }: Pick<Pin, 'salt' | 'rounds' | 'pepper'>): Promise<CryptoKey> {
  const typed = await subtle().importKey('raw', utf8.encode(pin), 'PBKDF2', false, ['deriveBits']);
  const slow = await subtle().deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations: rounds }, typed, 256);
  return stretch(await subtle().sign('HMAC', pepper, slow), salt, placeOf(name, 'pin'));
}

export async function wrapByPin(name: string, key: CryptoKey, pin: string, rounds = PIN_ROUNDS): Promise<Pin> {
  const pepper = (await subtle().generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])) as CryptoKey;
  const how = { salt: randomBytes(SALT_BYTES), rounds, pepper };
  return { ...how, ...(await wrap(await pinKey(name, pin, how), key, placeOf(name, 'pin'))) };
}

/** Null: not this PIN. */
export const openWithPin = async (name: string, held: Pin, pin: string): Promise<CryptoKey | null> =>
  tried(await pinKey(name, pin, held), held, placeOf(name, 'pin'));

export async function wrapByRecovery(name: string, key: CryptoKey, { id, secret }: { id: string; secret: string }): Promise<Recovery> {
  const place = placeOf(name, 'recovery');
  return { id, ...(await wrap(await stretch(bytesOf(secret), utf8.encode(id), place), key, place)) };
}

/** Null: wrapped by another secret. */
export async function openWithRecovery(name: string, held: Recovery, { id, secret }: { id: string; secret: string }): Promise<CryptoKey | null> {
  if (held.id !== id) return null;
  const place = placeOf(name, 'recovery');
  return tried(await stretch(bytesOf(secret), utf8.encode(id), place), held, place);
}

async function tried(by: CryptoKey, held: Wrapped, place: string): Promise<CryptoKey | null> {
  return unwrap(by, held, place, true).catch(() => null);
}

function bytesOf(secret: string): Bytes {
  const plain = atob(secret.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

/** The same key, not to be taken out again: what a tab holds while it is open. */
export async function forUse(key: CryptoKey): Promise<CryptoKey> {
  return subtle().importKey('raw', await subtle().exportKey('raw', key), 'AES-GCM', false, AES_USES);
}

/** Whether this phone has a key of its own behind a finger or a face. */
export async function hasPlatformKey(): Promise<boolean> {
  if (!('PublicKeyCredential' in globalThis)) return false;
  return PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable().catch(() => false);
}

/** Makes a key of the phone's own and wraps by what it computes (WebAuthn PRF). Null: this phone cannot, or the person will not. */
export async function wrapByPlatform(name: string, key: CryptoKey, label: string): Promise<Platform | null> {
  const salt = randomBytes(PRF_SALT_BYTES);
  const made = await ask(() =>
    navigator.credentials.create({
      publicKey: {
        rp: { name: 'Gemba' },
        user: { id: randomBytes(SALT_BYTES), name: label, displayName: label },
        challenge: randomBytes(PRF_SALT_BYTES),
        pubKeyCredParams: [-7, -257].map((alg) => ({ type: 'public-key', alg })),
        authenticatorSelection: { authenticatorAttachment: 'platform', residentKey: 'preferred', userVerification: 'required' },
        extensions: { prf: { eval: { first: salt } } },
      },
    }),
  );
  if (!made?.getClientExtensionResults().prf?.enabled) return null;
  const held = { salt, credential: made.rawId };
  const secret = made.getClientExtensionResults().prf?.results?.first ?? (await prf(held));
  return secret ? { ...held, ...(await wrap(await platformKey(name, secret, salt), key, placeOf(name, 'platform'))) } : null;
}

/** Null: refused, or not this phone's key. Needs no network. */
export async function openWithPlatform(name: string, held: Platform): Promise<CryptoKey | null> {
  const secret = await prf(held);
  return secret ? tried(await platformKey(name, secret, held.salt), held, placeOf(name, 'platform')) : null;
}

const platformKey = (name: string, secret: BufferSource, salt: Bytes): Promise<CryptoKey> => stretch(secret, salt, placeOf(name, 'platform'));

async function prf({ salt, credential }: Pick<Platform, 'salt' | 'credential'>): Promise<BufferSource | null> {
  const given = await ask(() =>
    navigator.credentials.get({
      publicKey: {
        challenge: randomBytes(PRF_SALT_BYTES),
        allowCredentials: [{ type: 'public-key', id: credential, transports: ['internal'] }],
        userVerification: 'required',
        extensions: { prf: { eval: { first: salt } } },
      },
    }),
  );
  return given?.getClientExtensionResults().prf?.results?.first ?? null;
}

/** A person who taps "cancel" is no error. */
async function ask(how: () => Promise<Credential | null>): Promise<PublicKeyCredential | null> {
  return how().then((made) => made as PublicKeyCredential | null, () => null);
}
