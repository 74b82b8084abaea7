/** `node sim/main.ts <port> <script> <first> <count> <step> [planted]`: runs seeds against the server on that port, one JSON line each. */
import { loader } from './client.ts';
import { Server } from './net.ts';
import { run } from './seed.ts';

const [port, script, first, count, step, planted] = process.argv.slice(2);
process.on('unhandledRejection', () => undefined);

const server = new Server(Number(port));
const load = loader(String(script));
for (let i = 0; i < Number(count); i++) {
  const outcome = await run(Number(first) + i * Number(step), server, load, planted);
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
  if (outcome.violation) process.exitCode = 1;
}
server.close();
