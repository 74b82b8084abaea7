/** Puts session and phone together from their real parts: main.ts and App.svelte call these two. */
import { StoredPeople } from '../db/people-store';
import { userDb, userDbName } from '../db/user-db';
import type { Api } from '../foundation/api';
import { realChance } from '../foundation/chance';
import { realClock } from '../foundation/clock';
import { login } from '../foundation/credentials';
import { drawn } from '../foundation/drawn';
import { exclusiveByLock } from '../foundation/exclusive';
import { short } from '../foundation/ids';
import type { User } from '../foundation/people';
import type { Post } from '../foundation/post';
import { Unreachable } from '../foundation/problem';
import { Session } from '../foundation/session.svelte';
import { Phone } from './phone.svelte';

const LOCK_WAIT_MS = 20_000;
const exclusive = exclusiveByLock(LOCK_WAIT_MS);

/** Comes with the rest of what talks to the server. */
const post: Post = async (...what) => (await import('./engine')).postBy((...args) => fetch(...args))(...what);

const api = async (): Promise<Api> => {
  const part = await import('../foundation/api').catch((cause: unknown) => {
    throw new Unreachable('offline', { cause });
  });
  return part.api;
};

/** Call once; then `await session.start()`. */
export function createSession(): Session {
  const people = new StoredPeople(realClock, realChance, localStorage);
  return new Session({ people, login, api, exclusive, agent: navigator.userAgent });
}

/** One per signed-in person; `close()` it when `session.user` becomes another person. */
export function openPhone(session: Session, user: User): Phone {
  const db = userDb(userDbName(user));
  return new Phone(user, short(user.person_id), {
    db,
    credentials: session,
    deviceId: () => session.deviceId(),
    post,
    exclusive,
    clock: realClock,
    chance: realChance,
    around: { window, document },
    channel: 'BroadcastChannel' in globalThis ? new BroadcastChannel(db.name) : null,
    fileKey: async () => (await api()).get('/api/auth/file-key'),
    storage: 'storage' in navigator ? navigator.storage : null,
    drawn,
  });
}
