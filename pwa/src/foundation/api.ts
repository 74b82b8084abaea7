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
    const csrf = (await this.#credentials?.csrf()) ?? null;
    const answer = await this.#request(method, path, body, csrf);
    if (answer.status !== 401 || !this.#credentials) return read<T>(answer);
    if (!(await this.#credentials.refresh(csrf))) return read<T>(answer);
    return read<T>(await this.#request(method, path, body, (await this.#credentials.csrf()) ?? null));
  }

  async #request(method: Method, path: string, body: unknown, csrf: string | null): Promise<Response> {
    const headers = new Headers({ Accept: 'application/json', 'Accept-Language': getLocale() });
    if (body !== undefined) headers.set('Content-Type', 'application/json');
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
