/** One POST of JSON bytes, its end sorted: an answer with its status, or why there was none. */
import { TIME_LIMIT_MS } from './credentials';

const GZIP_FROM_BYTES = 1_000;

export type Answer =
  | { got: 'answer'; status: number; type: string; retry_after_s: number | null; body: unknown }
  | { got: 'offline' | 'timeout' | 'captive' };

export interface Post {
  (path: string, body: unknown, headers: Record<string, string>): Promise<Answer>;
}

export function postBy(send: typeof fetch): Post {
  return async (path, body, headers) => {
    const { bytes, encoding } = await packed(JSON.stringify(body));
    try {
      const response = await send(path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Accept: 'application/json', ...encoding, ...headers },
        body: bytes,
        credentials: 'same-origin',
        cache: 'no-store',
        // A captive portal's way: seen as such instead of followed.
        redirect: 'manual',
        signal: AbortSignal.timeout(TIME_LIMIT_MS),
      });
      if (response.type === 'opaqueredirect') return { got: 'captive' };
      const type = response.headers.get('Content-Type') ?? '';
      const seconds = Number(response.headers.get('Retry-After') ?? NaN);
      return {
        got: 'answer',
        status: response.status,
        type,
        retry_after_s: Number.isFinite(seconds) ? seconds : null,
        body: /^application\/(problem\+)?json/.test(type) ? await response.json() : null,
      };
    } catch (error) {
      // A body that is cut short counts as no answer: what it would have said is asked again.
      return { got: error instanceof DOMException && error.name === 'TimeoutError' ? 'timeout' : 'offline' };
    }
  };
}

async function packed(text: string): Promise<{ bytes: Uint8Array<ArrayBuffer>; encoding: Record<string, string> }> {
  const plain = new TextEncoder().encode(text);
  if (plain.length <= GZIP_FROM_BYTES || !('CompressionStream' in globalThis)) return { bytes: plain, encoding: {} };
  const stream = new Blob([plain]).stream().pipeThrough(new CompressionStream('gzip'));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  return { bytes, encoding: { 'Content-Encoding': 'gzip' } };
}
