/**
 * The ordinary routes (everything but /api/sync). An answer counts only when it is ours by content type: a captive
 * portal answers 200 with a page. A 401 is answered by one refresh and one more try; after that the login is needed.
 */
import { getLocale } from '../generated/paraglide/runtime.js';
import { type Login, login, TIME_LIMIT_MS } from './credentials';
import { address, type Body, type MaybeParams, type PathOf, type Reply, type Verb } from './contract';
import { ApiProblem, Unreachable } from './problem';

export class Api {
  constructor(
    private readonly login: Login,
    private readonly send: typeof fetch = (...args) => fetch(...args),
  ) {}

  get<P extends PathOf<'get'>>(path: P, ...[params]: MaybeParams<'get', P>): Promise<Reply<'get', P>> {
    return this.#call('get', address(path, params));
  }

  /** For what is asked again and again: null while it is still what `etag` stands for. The browser keeps no answer of the
   *  API (they are personal), so whoever asks keeps the ETag of the last one. */
  async getIfChanged<P extends PathOf<'get'>>(
    path: P,
    etag: string | null,
    ...[params]: MaybeParams<'get', P>
  ): Promise<{ body: Reply<'get', P>; etag: string | null } | null> {
    const answer = await this.#answer('get', address(path, params), undefined, etag);
    return answer.status === 304 ? null : { body: await read(answer), etag: answer.headers.get('ETag') };
  }

  post<P extends PathOf<'post'>>(path: P, body: Body<'post', P>, ...[params]: MaybeParams<'post', P>): Promise<Reply<'post', P>> {
    return this.#call('post', address(path, params), body ?? {});
  }

  put<P extends PathOf<'put'>>(path: P, body: Body<'put', P>, ...[params]: MaybeParams<'put', P>): Promise<Reply<'put', P>> {
    return this.#call('put', address(path, params), body);
  }

  delete<P extends PathOf<'delete'>>(path: P, ...[params]: MaybeParams<'delete', P>): Promise<Reply<'delete', P>> {
    return this.#call('delete', address(path, params));
  }

  /** One request with exactly these credentials and no second try: signing in and refreshing use it. */
  async bare<V extends Verb, P extends PathOf<V>>(verb: V, path: P, body?: object, csrf?: string | null): Promise<Reply<V, P>> {
    return read(await this.#request(verb, path, body, csrf ?? null));
  }

  async #call<T>(verb: Verb, path: string, body?: unknown): Promise<T> {
    return read<T>(await this.#answer(verb, path, body, null));
  }

  /** The answer, after one renewal of the login where that was what was missing. */
  async #answer(verb: Verb, path: string, body: unknown, etag: string | null): Promise<Response> {
    const csrf = (await this.login.held?.csrf()) ?? null;
    const answer = await this.#request(verb, path, body, csrf, etag);
    if (answer.status !== 401 || !this.login.held) return answer;
    if (!(await this.login.held.refresh(csrf))) return answer;
    return this.#request(verb, path, body, (await this.login.held.csrf()) ?? null, etag);
  }

  async #request(verb: Verb, path: string, body: unknown, csrf: string | null, etag: string | null = null): Promise<Response> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = new Headers({ Accept: 'application/json', 'Accept-Language': getLocale() });
    if (text !== undefined) headers.set('Content-Type', 'application/json');
    if (etag) headers.set('If-None-Match', etag);
    // On reads as well: with the cookie of another person of this phone they are refused, not answered with his rights.
    if (csrf) headers.set('X-CSRF-TOKEN', csrf);
    try {
      return await this.send(path, {
        method: verb.toUpperCase(),
        headers,
        credentials: 'same-origin',
        redirect: 'error',
        cache: 'no-cache',
        // What is large takes as long as a line of 128 kbit/s needs for it.
        signal: AbortSignal.timeout(TIME_LIMIT_MS + Math.ceil((text?.length ?? 0) / 16)),
        ...(text === undefined ? {} : { body: text }),
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

export const api = new Api(login);
