// One demo server, shared by all tests. SYNCLINE_URL names a server that runs already and is then used instead.
import { startServer } from './server.ts';

export default async function globalSetup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.SYNCLINE_URL) return undefined;
  const server = await startServer();
  process.env.SYNCLINE_URL = server.url;
  process.env.SYNCLINE_SERVER_FOLDER = server.folder;
  return server.stop;
}
