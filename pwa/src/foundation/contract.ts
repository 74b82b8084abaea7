/** The server's contract as types: which paths there are, what they take and what they answer. From the generated file. */
import type { paths } from '../generated/api';

export type Verb = 'get' | 'post' | 'put' | 'delete';

/** Paths that know this verb, with their blanks: "/api/cycles/{cycle_id}/open". */
export type PathOf<V extends Verb> = {
  [P in keyof paths]: paths[P] extends Record<V, { responses: unknown }> ? P : never;
}[keyof paths];

type Operation<V extends Verb, P extends PathOf<V>> = paths[P] extends Record<V, infer O> ? O : never;

/** What a good answer holds; undefined where it holds nothing. */
export type Reply<V extends Verb, P extends PathOf<V>> =
  Operation<V, P> extends { responses: { 200: { content: { 'application/json': infer T } } } }
    ? T
    : Operation<V, P> extends { responses: { 201: { content: { 'application/json': infer T } } } }
      ? T
      : Operation<V, P> extends { responses: { 202: { content: { 'application/json': infer T } } } }
        ? T
        : undefined;

export type Body<V extends Verb, P extends PathOf<V>> =
  Operation<V, P> extends { requestBody: { content: { 'application/json': infer T } } } ? T : undefined;

type Given<O, Where extends 'path' | 'query'> = O extends { parameters: Partial<Record<Where, infer T>> }
  ? [T] extends [never | undefined]
    ? object
    : NonNullable<T>
  : object;

/** What fills the blanks of the path, and what goes behind the question mark. */
export type Params<V extends Verb, P extends PathOf<V>> = Given<Operation<V, P>, 'path'> & Given<Operation<V, P>, 'query'>;

/** A path without blanks needs no params. */
export type MaybeParams<V extends Verb, P extends PathOf<V>> = P extends `${string}{${string}` ? [params: Params<V, P>] : [params?: Params<V, P>];

/** The address: blanks filled, the rest as a query. */
export function address(path: string, params: object = {}): string {
  const left = new Map(Object.entries(params) as [string, string][]);
  const filled = path.replace(/{(\w+)}/g, (_, name: string) => {
    const value = left.get(name) ?? '';
    left.delete(name);
    return encodeURIComponent(value);
  });
  return left.size ? `${filled}?${new URLSearchParams([...left])}` : filled;
}
