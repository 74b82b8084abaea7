/** Puts session and phone together from their real parts: main.ts and App.svelte call these two. */
import { api } from '../foundation/api';
import { short } from '../foundation/ids';
import type { User } from '../foundation/people';
import type { Session } from '../foundation/session.svelte';
import { Phone } from './phone.svelte';

/** Call once; then `await session.start()`. */
export function createSession(): Session {
  void api;
  throw new Error('not built');
}

/** One per signed-in person; `close()` it when `session.user` becomes another person. */
export function openPhone(_session: Session, user: User): Phone {
  return new Phone(user, short(user.person_id));
}
