/** The product's client, run anew for each tab: modules of one tab share nothing with those of another. */
import { readFileSync } from 'node:fs';
import * as fake from 'fake-indexeddb';
import { crypto } from './crypto.ts';
import type * as Entry from './entry';

export type Client = typeof Entry;

export interface Globals {
  indexedDB: unknown;
  localStorage: unknown;
  planted: string;
}

const shared = {
  IDBKeyRange: fake.IDBKeyRange,
  IDBDatabase: fake.IDBDatabase,
  IDBObjectStore: fake.IDBObjectStore,
  IDBIndex: fake.IDBIndex,
  IDBCursor: fake.IDBCursor,
  IDBTransaction: fake.IDBTransaction,
  IDBRequest: fake.IDBRequest,
};

type Load = (...values: unknown[]) => Client;

export function loader(script: string): (globals: Globals) => Client {
  const text = readFileSync(script, 'utf8');
  const names = ['indexedDB', 'localStorage', 'planted', 'navigator', 'globalThis', 'crypto', ...Object.keys(shared)];
  const load = new Function(...names, `${text}\nreturn client;`) as Load;
  return ({ indexedDB, localStorage, planted }) => {
    const navigator = { userAgent: 'Android Chrome', languages: ['en'] };
    // Without CompressionStream bodies go as they are: it answers by a thread of its own, which no seed could replay.
    const own = { indexedDB, localStorage, navigator, JSON, Math, Object, Promise };
    return load(indexedDB, localStorage, planted, navigator, own, crypto, ...Object.values(shared));
  };
}
