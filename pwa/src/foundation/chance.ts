/** Chance as the rest of the app may know it: injected, so that a test can replay it. */
export interface Chance {
  /** 0 <= x < 1. */
  fraction(): number;
  /** 128 random bits as 22 characters of base64url: a device id, a nonce. */
  token(): string;
}

export const realChance: Chance = {
  fraction: () => Math.random(),
  token() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  },
};
