/** `node sim/main.ts <port> <script> [planted] [kinds]`: a seed on each line of standard input, its outcome on standard output. */
import { createInterface } from 'node:readline';
import { loader } from './client.ts';
import { Server } from './net.ts';
import { run } from './seed.ts';

const [port, script, planted, only] = process.argv.slice(2);
// Promises of pages that were killed are nobody's to catch.
process.on('unhandledRejection', () => undefined);

const server = new Server(Number(port));
const load = loader(String(script));
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await run(Number(line), server, load, planted, only))}\n`);
}
server.close();
