// Starts the `syncline` binary for a test run: free ports, a fresh database, ready before anyone looks, stopped by its pid.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const START_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 15_000;

export interface Server {
  /** Where the pages are, without a slash at the end. */
  url: string;
  pid: number;
  /** The folder of its database; removed by `stop`. */
  folder: string;
  /** What it printed so far: the accounts among others. */
  output: () => string;
  stop: () => Promise<void>;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('the system gave no port');
  return address.port;
}

/** Starts `syncline <args>` (`demo` unless told otherwise); the environment overrides any of its options. */
export async function startServer(args: string[] = ['demo'], environment: Record<string, string> = {}): Promise<Server> {
  const binary = resolve(process.env.SYNCLINE_BINARY ?? join(import.meta.dirname, '../target/debug/syncline'));
  const folder = mkdtempSync(join(tmpdir(), 'syncline-e2e-'));
  const log = join(folder, 'output.log');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(binary, args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      SYNCLINE_LISTEN: `127.0.0.1:${port}`,
      SYNCLINE_METRICS_LISTEN: `127.0.0.1:${await freePort()}`,
      SYNCLINE_DATABASE: join(folder, 'syncline.db'),
      ...environment,
    },
  });
  const sink = createWriteStream(log);
  child.stdout.pipe(sink, { end: false });
  child.stderr.pipe(sink, { end: false });
  const output = () => readFileSync(log, 'utf8');
  let failure: Error | undefined;
  child.on('error', (error) => (failure = error));

  const deadline = Date.now() + START_WITHIN_MS;
  for (;;) {
    if (failure) throw new Error(`${binary} could not be started: ${failure.message}`);
    if (hasEnded(child)) throw new Error(`${binary} ended before it was ready:\n${output()}`);
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.ok) break;
    if (Date.now() > deadline) {
      await stop(child);
      throw new Error(`${binary} was not ready within ${START_WITHIN_MS / 1000} s:\n${output()}`);
    }
    await pause(50);
  }
  return {
    url,
    pid: child.pid!,
    folder,
    output,
    stop: async () => {
      await stop(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

async function stop(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const hard = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await ended;
  clearTimeout(hard);
}
