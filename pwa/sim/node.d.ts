/** The little of Node that the simulation uses. */
declare module 'node:http' {
  interface Answer {
    statusCode: number;
    headers: Record<string, string | string[] | undefined>;
    on(event: 'data', then: (chunk: Uint8Array) => void): void;
    on(event: 'end', then: () => void): void;
  }
  interface Asking {
    on(event: 'error', then: (error: Error) => void): void;
    end(body?: Uint8Array | string): void;
  }
  export class Agent {
    constructor(options: { keepAlive: boolean; maxSockets: number });
    destroy(): void;
  }
  export function request(options: Record<string, unknown>, then: (answer: Answer) => void): Asking;
}
declare module 'node:fs' {
  export function readFileSync(path: string | URL, encoding: 'utf8'): string;
}
declare module 'node:readline' {
  export function createInterface(options: { input: unknown }): AsyncIterable<string>;
}
declare function setImmediate(then: () => void): unknown;
declare const process: {
  argv: string[];
  stdin: unknown;
  stdout: { write(text: string): void };
  on(event: 'unhandledRejection', then: (error: unknown) => void): void;
};
