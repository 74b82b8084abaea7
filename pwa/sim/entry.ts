/** What one tab loads: the product's own client. Built into one script, so that each simulated tab runs it anew. */
export * as hands from '../src/evaluations/mutations';
export { Hand } from '../src/evaluations/score/acts';
export { StoredPeople } from '../src/db/people-store';
export { UserDb, userDb, userDbName } from '../src/db/user-db';
export { Api } from '../src/foundation/api';
export { short } from '../src/foundation/ids';
export { postBy } from '../src/foundation/post';
export { Session } from '../src/foundation/session.svelte';
export { Phone } from '../src/sync/phone.svelte';
export { tidy } from '../src/sync/tidy';
export { decodeAnswer } from '../src/sync/wire';
