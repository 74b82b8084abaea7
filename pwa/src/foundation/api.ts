/**
 * The ordinary routes (everything but /api/sync). An answer counts only when it is ours by content type: a captive
 * portal answers 200 with a page. A 401 is answered by one refresh and one more try; after that the login is needed.
 */
import { getLocale } from '../generated/paraglide/runtime.js';
import { ApiProblem, Unreachable } from './problem';

export const TIME_LIMIT_MS = 15_000;

/** Whoever is signed in: the session sets it, the API and the sync round use it. */
export interface Credentials {
  csrf(): Promise<string | null>;
  /** Gets new ones; `spent` is the value that was refused. False: only a login helps. */
  refresh(spent: string | null): Promise<boolean>;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export class Api {
  #credentials: Credentials | null = null;

  constructor(private readonly send: typeof fetch = (...args) => fetch(...args)) {}

  use(credentials: Credentials | null): void {
    this.#credentials = credentials;
  }

  get<T>(path: string): Promise<T> {
    return this.#call<T>('GET', path);
  }

  /** For what is asked again and again: null while it is still what `etag` stands for. The browser keeps no answer of the
   *  API (they are personal), so whoever asks keeps the ETag of the last one. */
  async getIfChanged<T>(path: string, etag: string | null): Promise<{ body: T; etag: string | null } | null> {
    const answer = await this.#answer('GET', path, undefined, etag);
    return answer.status === 304 ? null : { body: await read<T>(answer), etag: answer.headers.get('ETag') };
  }

  post<T>(path: string, body: unknown = {}): Promise<T> {
    return this.#call<T>('POST', path, body);
  }

  put<T>(path: string, body: unknown): Promise<T> {
    return this.#call<T>('PUT', path, body);
  }

  delete<T = void>(path: string): Promise<T> {
    return this.#call<T>('DELETE', path);
  }

  /** One request with exactly these credentials and no second try: signing in and refreshing use it. */
  async bare<T>(method: Method, path: string, body?: unknown, csrf?: string | null): Promise<T> {
    const answer = await this.#request(method, path, body, csrf ?? null);
    return read<T>(answer);
  }

  async #call<T>(method: Method, path: string, body?: unknown): Promise<T> {
    return read<T>(await this.#answer(method, path, body, null));
  }

  /** The answer, after one renewal of the login where that was what was missing. */
  async #answer(method: Method, path: string, body: unknown, etag: string | null): Promise<Response> {
    const csrf = (await this.#credentials?.csrf()) ?? null;
    const answer = await this.#request(method, path, body, csrf, etag);
    if (answer.status !== 401 || !this.#credentials) return answer;
    if (!(await this.#credentials.refresh(csrf))) return answer;
    return this.#request(method, path, body, (await this.#credentials.csrf()) ?? null, etag);
  }

  async #request(method: Method, path: string, body: unknown, csrf: string | null, etag: string | null = null): Promise<Response> {
    const headers = new Headers({ Accept: 'application/json', 'Accept-Language': getLocale() });
    if (body !== undefined) headers.set('Content-Type', 'application/json');
    if (etag) headers.set('If-None-Match', etag);
    // On reads as well: with the cookie of another person of this phone they are refused, not answered with his rights.
    if (csrf) headers.set('X-CSRF-TOKEN', csrf);
    try {
      return await this.send(path, {
        method,
        headers,
        credentials: 'same-origin',
        redirect: 'error',
        cache: 'no-cache',
        signal: AbortSignal.timeout(TIME_LIMIT_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      throw new Unreachable('offline', { cause: error });
    }
  }
}

async function read<T>(answer: Response): Promise<T> {
  const type = answer.headers.get('Content-Type') ?? '';
  if (answer.status === 204) return undefined as T;
  if (type.startsWith('application/problem+json')) {
    const body = (await answer.json().catch(() => ({}))) as Partial<Record<string, unknown>>;
    throw new ApiProblem(
      String(body['code'] ?? 'unknown'),
      (body['params'] ?? {}) as Record<string, unknown>,
      answer.status,
      (body['errors'] ?? []) as ApiProblem['errors'],
    );
  }
  if (answer.status >= 500) throw new Unreachable('server_down');
  if (!answer.ok || !type.startsWith('application/json')) throw new Unreachable('captive');
  return (await answer.json().catch((cause: unknown) => {
    throw new Unreachable('offline', { cause });
  })) as T;
}

export const api = new Api();
