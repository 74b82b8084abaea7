/**
 * One GET that costs no body while nothing has changed. Answers of the API are never stored by the browser (they are
 * personal), so the ETag of the last answer is kept here. Whatever is neither an answer nor "not changed" goes through
 * `api`, which renews a login and knows every problem.
 */
import { api, TIME_LIMIT_MS } from '../foundation/api';
import { Unreachable } from '../foundation/problem';

export interface Answer<T> {
  body: T;
  etag: string | null;
}

/** null: still what `etag` stands for. */
export async function getIfChanged<T>(path: string, etag: string | null, send: typeof fetch = fetch): Promise<Answer<T> | null> {
  const answer = await ask(path, etag === null ? {} : { 'If-None-Match': etag }, send);
  return answer.status === 304 ? null : taken<T>(path, answer);
}

async function taken<T>(path: string, answer: Response): Promise<Answer<T>> {
  const isJson = (answer.headers.get('Content-Type') ?? '').startsWith('application/json');
  if (!answer.ok || !isJson) return { body: await api.get<T>(path), etag: null };
  const body = (await answer.json().catch((cause: unknown) => {
    throw new Unreachable('offline', { cause });
  })) as T;
  return { body, etag: answer.headers.get('ETag') };
}

async function ask(path: string, headers: Record<string, string>, send: typeof fetch): Promise<Response> {
  try {
    return await send(path, {
      headers: { Accept: 'application/json', ...headers },
      credentials: 'same-origin',
      redirect: 'error',
      cache: 'no-store',
      signal: AbortSignal.timeout(TIME_LIMIT_MS),
    });
  } catch (cause) {
    throw new Unreachable('offline', { cause });
  }
}
