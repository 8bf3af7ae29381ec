// What every spec imports in place of '@playwright/test': pages that lie on the shared server, and a page that fails its
// test when the browser's console has an error.
import { test as base, expect, type Page } from '@playwright/test';

export { expect };

interface Fixtures {
  /** Errors that the page may show in this test, each as a part of its text: an expected 404, say. */
  toleratedErrors: string[];
  consoleErrors: string[];
}

export const test = base.extend<Fixtures>({
  baseURL: async ({}, use) => {
    const url = process.env.SYNCLINE_URL;
    if (!url) throw new Error('SYNCLINE_URL is not set: the global setup starts the server and sets it');
    await use(url);
  },
  toleratedErrors: [[], { option: true }],
  consoleErrors: [
    async ({ page, toleratedErrors }, use) => {
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.stack ?? String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(`${message.text()} (${message.location().url})`);
      });
      await use(errors);
      expect(
        errors.filter((error) => !toleratedErrors.some((tolerated) => error.includes(tolerated))),
        'errors in the console',
      ).toEqual([]);
    },
    { auto: true },
  ],
});

/** Waits until the page has come alive: the wasm runs and has taken over what the server rendered. */
export async function hydrated(page: Page): Promise<void> {
  await expect(page.locator('html[data-hydrated]')).toBeAttached();
}
