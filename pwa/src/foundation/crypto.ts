/** The browser's cryptography, here and nowhere else. Without https (or localhost) there is none, and no login either. */
export type Bytes = Uint8Array<ArrayBuffer>;

export const subtle = (): SubtleCrypto => crypto.subtle;

export const randomBytes = (count: number): Bytes => crypto.getRandomValues(new Uint8Array(count));
