import { areaOpens } from './foundation/people';

/** Where the reader is, as the hash says it. Hash routes: one document, precached, opens without a network. */
export type Route =
  | { page: 'home' | 'sign-in' | 'team' | 'my' | 'board' | 'cycles' | 'phone' | 'pin' | 'progress' | 'values' | 'keys' | 'agree' | 'agreements' }
  | { page: 'agree-team'; agreement: string }
  | { page: 'phones' | 'library'; part: string }
  | { page: 'import'; import: string }
  | { page: 'score'; evaluation: string }
  | { page: 'case'; case: string }
  | { page: 'history'; evaluation: string; field: string };

const PLAIN = new Set(['sign-in', 'team', 'my', 'board', 'cycles', 'phone', 'pin', 'progress', 'values', 'keys', 'agree', 'agreements']);

/** `#/history/<evaluation>/score/3` holds a field name with a slash: everything after the id is the field. */
export function routeOf(hash: string): Route {
  const [page = '', id = '', ...rest] = hash.replace(/^#\/?/, '').split('/').map(decodeURIComponent);
  if (page === 'score' && id) return { page, evaluation: id };
  if (page === 'phones' || page === 'library') return { page, part: id };
  if (page === 'agree-team') return { page, agreement: id };
  if (page === 'import') return { page, import: id };
  if (page === 'case' && id) return { page, case: id };
  if (page === 'history' && id && rest.length > 0) return { page, evaluation: id, field: rest.join('/') };
  return { page: PLAIN.has(page) ? (page as 'team') : 'home' };
}

export const href = {
  home: '#/',
  signIn: '#/sign-in',
  team: '#/team',
  my: '#/my',
  board: '#/board',
  cycles: '#/cycles',
  phone: '#/phone',
  pin: '#/pin',
  phones: '#/phones',
  progress: '#/progress',
  agree: '#/agree',
  agreeTeam: '#/agree-team',
  agreements: '#/agreements',
  agreeOne: (id: string) => `#/agree-team/${id}`,
  score: (evaluation: string) => `#/score/${evaluation}`,
  case: (id: string) => `#/case/${id}`,
  history: (evaluation: string, field: string) => `#/history/${evaluation}/${field}`,
};

export function go(to: string): void {
  location.hash = to;
}

/** Without a new entry in the phone's own history: after a submit, "back" is the team, not the person before. */
export function replace(to: string): void {
  location.replace(to);
}

const RATES = ['supervisor', 'delegate'];

/** Where this person's work is: the team for who rates, the board for HR and its partners, the own result for everybody else. */
export function homeOf(roles: readonly string[]): 'team' | 'board' | 'my' {
  if (roles.some((role) => RATES.includes(role))) return 'team';
  return areaOpens(roles) ? 'board' : 'my';
}
