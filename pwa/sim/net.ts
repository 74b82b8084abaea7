/**
 * The network between one phone and the server: every request waits here until the seed says what becomes of it. The
 * server behind it is the real one, over HTTP; while it answers, nothing else happens.
 */
import { Agent, request as ask } from 'node:http';
import type { Holder } from './disk.ts';

export interface Reply {
  status: number;
  type: string;
  retryAfter: string | null;
  cookies: string[];
  text: string;
}

export interface Exchange {
  /** Null: nobody waits for the answer any more (a duplicate, or a page that is gone). */
  holder: Holder | null;
  path: string;
  method: string;
  headers: Record<string, string>;
  body: Uint8Array | string | null;
  since: number;
  reply: Reply | null;
  /** Neither arrives nor comes back: whoever waits gives up in time. */
  hung: boolean;
  resolve(response: Response): void;
  reject(error: unknown): void;
}

/** The server, with its clock in the simulation's hand. */
export class Server {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  requests = 0;
  /** Statuses of 500 and more that the server gave by itself: there must be none. */
  broken: string[] = [];
  startMs = 0;
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  async pass({ path, method, headers, body }: Pick<Exchange, 'path' | 'method' | 'headers' | 'body'>, now: number): Promise<Reply> {
    this.requests++;
    const at = String(Math.round(this.startMs + now));
    const reply = await this.#http(path, method, { ...headers, 'X-Sim-Now': at }, body);
    if (reply.status >= 500) this.broken.push(`${method} ${path} ${reply.status}`);
    return reply;
  }

  /** A word to the simulation's own door. */
  async tell<T>(what: string, about: unknown = null): Promise<T> {
    const reply = await this.#http(`/_sim/${what}`, 'POST', {}, JSON.stringify(about));
    if (reply.status !== 200) throw new Error(`${what}: ${reply.status}`);
    return JSON.parse(reply.text) as T;
  }

  close(): void {
    this.#agent.destroy();
  }

  #http(path: string, method: string, headers: Record<string, string>, body: Exchange['body']): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const length = body === null ? 0 : typeof body === 'string' ? new TextEncoder().encode(body).length : body.length;
      const sent = ask(
        { host: '127.0.0.1', port: this.#port, path, method, agent: this.#agent, headers: { ...headers, 'Content-Length': length } },
        (answer) => {
          const parts: Uint8Array[] = [];
          answer.on('data', (part) => parts.push(part));
          answer.on('end', () => {
            const cookies = answer.headers['set-cookie'] ?? [];
            resolve({
              status: answer.statusCode,
              type: String(answer.headers['content-type'] ?? ''),
              retryAfter: (answer.headers['retry-after'] as string | undefined) ?? null,
              cookies: Array.isArray(cookies) ? cookies : [cookies],
              text: joined(parts),
            });
          });
        },
      );
      sent.on('error', reject);
      sent.end(body ?? undefined);
    });
  }
}

function joined(parts: Uint8Array[]): string {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return new TextDecoder().decode(all);
}

/** The browser's cookies of one phone: all tabs share them, whoever signed in last. */
export class Cookies {
  #held = new Map<string, { value: string; path: string }>();

  take(lines: readonly string[]): void {
    for (const line of lines) {
      const [pair = '', ...rest] = line.split(';');
      const cut = pair.indexOf('=');
      const name = pair.slice(0, cut);
      const path = rest.map((part) => part.trim()).find((part) => part.toLowerCase().startsWith('path='))?.slice(5) ?? '/';
      const value = pair.slice(cut + 1);
      if (value) this.#held.set(name, { value, path });
      else this.#held.delete(name);
    }
  }

  header(path: string): string {
    return [...this.#held].filter(([, one]) => path.startsWith(one.path)).map(([name, { value }]) => `${name}=${value}`).join('; ');
  }

  clear(): void {
    this.#held.clear();
  }
}

/** The part of a `Response` that the client reads. `cut`: the body ends before its end. */
export function responseOf({ status, type, retryAfter, text }: Omit<Reply, 'cookies'>, cut: boolean): Response {
  const headers = new Headers({ 'Content-Type': type });
  if (retryAfter !== null) headers.set('Retry-After', retryAfter);
  const json = async (): Promise<unknown> => {
    if (cut) throw new TypeError('terminated');
    return JSON.parse(text) as unknown;
  };
  return { status, ok: status >= 200 && status < 300, type: 'basic', headers, json } as unknown as Response;
}

const REDIRECT = { status: 0, ok: false, type: 'opaqueredirect', headers: new Headers(), json: () => Promise.reject(new TypeError()) };

export const redirected = (): Response => REDIRECT as unknown as Response;

/** Requests and answers under way from one phone. */
export class Net {
  readonly under: Exchange[] = [];
  readonly cookies = new Cookies();
  /** What was answered here before: some proxy may bring it again. */
  readonly answered: { path: string; reply: Reply }[] = [];

  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** `fetch` as one tab has it. */
  fetchFor(holder: Holder): typeof fetch {
    const send = (path: string, init: RequestInit = {}): Promise<Response> =>
      new Promise((resolve, reject) => {
        if (holder.dead) return;
        const headers: Record<string, string> = {};
        new Headers(init.headers).forEach((value, name) => (headers[name] = value));
        const cookie = this.cookies.header(path);
        if (cookie) headers['cookie'] = cookie;
        this.under.push({
          holder,
          path,
          method: init.method ?? 'GET',
          headers,
          body: (init.body ?? null) as Exchange['body'],
          since: this.#now(),
          reply: null,
          hung: false,
          resolve,
          reject,
        });
      });
    return send as unknown as typeof fetch;
  }

  /** The page is gone; what it has sent is on its way all the same. */
  forget(holder: Holder): void {
    for (const one of this.under) if (one.holder === holder) one.holder = null;
  }

  drop(exchange: Exchange): void {
    const at = this.under.indexOf(exchange);
    if (at >= 0) this.under.splice(at, 1);
  }
}
