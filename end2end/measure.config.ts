// Not tests: what `make screenshots` and `make vitals` run, with the release binary and nothing beside them.
import { defineConfig } from '@playwright/test';
import tests from './playwright.config.ts';

export default defineConfig({
  ...tests,
  testDir: './measure',
  globalSetup: undefined,
  fullyParallel: false,
  workers: 1,
  timeout: 10 * 60_000,
  reporter: 'list',
  use: { ...tests.use, trace: 'off', screenshot: 'off' },
});
