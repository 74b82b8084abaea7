/** What a request needs of whoever is signed in: the session sets it, the API and the sync round use it. */
export interface Credentials {
  csrf(): Promise<string | null>;
  /** Gets new ones; `spent` is the value that was refused. False: only a login helps. */
  refresh(spent: string | null): Promise<boolean>;
}

export interface Login {
  held: Credentials | null;
}

/** Of this tab. In a file of its own, so that a start need not carry what talks to the server. */
export const login: Login = { held: null };

export const TIME_LIMIT_MS = 15_000;
