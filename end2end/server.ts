// Starts the `syncline` binary for a test run: free ports, a fresh database, ready before anyone looks, stopped by its pid.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const START_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 15_000;

/** The secret of the sources `tms` and `erp` of every server that is started here. */
const SECRET = 'whsec_c3luY2xpbmUgdGVzdHMgc2lnbiB3aXRoIHRoaXM=';

export interface Server {
  /** Where the pages are, without a slash at the end. */
  url: string;
  /** Where its metrics are. */
  metrics: string;
  /** The folder of its database; removed by `stop`. */
  folder: string;
  /** What it printed so far: the accounts among others. */
  output: () => string;
  /** Stops it as Ctrl-C does, and starts it again on the same port and database. */
  restart: () => Promise<void>;
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
  const metrics = `127.0.0.1:${await freePort()}`;
  const sink = createWriteStream(log);
  const output = () => readFileSync(log, 'utf8');
  const env = {
    ...process.env,
    SYNCLINE_LISTEN: `127.0.0.1:${port}`,
    SYNCLINE_METRICS_LISTEN: metrics,
    SYNCLINE_DATABASE: join(folder, 'syncline.db'),
    SYNCLINE_DEMO_DATABASE: join(folder, 'syncline.db'),
    ...environment,
  };
  const start = async (): Promise<ChildProcess> => {
    const child = spawn(binary, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env });
    child.stdout.pipe(sink, { end: false });
    child.stderr.pipe(sink, { end: false });
    let failure: Error | undefined;
    child.on('error', (error) => (failure = error));
    const deadline = Date.now() + START_WITHIN_MS;
    for (;;) {
      if (failure) throw new Error(`${binary} could not be started: ${failure.message}`);
      if (hasEnded(child)) throw new Error(`${binary} ended before it was ready:\n${output()}`);
      const answer = await fetch(`${url}/readyz`).catch(() => undefined);
      if (answer?.ok) return child;
      if (Date.now() > deadline) {
        await stop(child);
        throw new Error(`${binary} was not ready within ${START_WITHIN_MS / 1000} s:\n${output()}`);
      }
      await pause(50);
    }
  };

  let child = await start();
  // The demo has drawn secrets for its own sources; the tests' comes beside them. Where the clock stands still nobody's
  // signature is ever of the right moment.
  for (const source of args.includes('--at') ? [] : ['tms', 'erp']) {
    execFileSync(binary, ['source', 'rotate', source], { env: { ...env, SYNCLINE_SOURCE_SECRET: SECRET } });
    // A running server learns of it within a second.
    while ((await post(url, source, '[]')).status === 401) await pause(50);
  }
  return {
    url,
    metrics: `http://${metrics}/metrics`,
    folder,
    output,
    restart: async () => {
      await stop(child);
      child = await start();
    },
    stop: async () => {
      await stop(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Posts a signed batch of events. */
export function post(url: string, source: string, body: string): Promise<Response> {
  const id = `msg_${randomUUID()}`;
  const timestamp = Math.floor(Date.now() / 1000);
  const key = Buffer.from(SECRET.replace('whsec_', ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return fetch(`${url}/intake/${source}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/cloudevents-batch+json',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': `v1,${signature}`,
    },
    body,
  });
}

/** The journal's last position; 0 before the server's first commit. */
async function position(metrics: string): Promise<number> {
  const answer = await fetch(metrics);
  return Number(/^syncline_journal_position (\S+)$/m.exec(await answer.text())?.[1] ?? 0);
}

/** Waits until the journal rests: the simulator has told its history. */
export async function settled({ metrics }: Server): Promise<void> {
  const deadline = Date.now() + START_WITHIN_MS;
  for (let [last, rests] = [-1, 0]; rests < 4; ) {
    if (Date.now() > deadline) throw new Error('the journal does not come to rest');
    await pause(250);
    const now = await position(metrics);
    rests = now === last && now > 1000 ? rests + 1 : 0;
    last = now;
  }
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
