// One demo server, shared by all tests, with the same history in every run and hardly anything that moves by itself.
// SYNCLINE_URL names a server that runs already and is then used instead; its sources `tms` and `erp` must have the
// tests' secret.
import { settled, startServer } from './server.ts';

export default async function globalSetup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.SYNCLINE_URL) return undefined;
  const server = await startServer(['demo', '--still', '--seed', '26', '--history', '200']);
  await settled(server);
  process.env.SYNCLINE_URL = server.url;
  return server.stop;
}
