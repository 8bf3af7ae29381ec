// What every spec imports in place of '@playwright/test': pages that lie on the shared server, people who open them, and
// tests that fail when the console of any of their pages has an error.
import { test as base, expect, type Browser, type BrowserContextOptions, type Page } from '@playwright/test';

export { expect };

/** The demo's accounts. */
export type Account = 'carla' | 'casper' | 'anna' | 'amir' | 'mona' | 'ada';
export const PASSWORD = 'syncline-demo';

/** Opens pages for people; each call is a browser of its own. */
export type Open = (account: Account | undefined, options?: BrowserContextOptions) => Promise<Page>;

interface Fixtures {
  url: string;
  /** Errors that a page may show in this test, each as a part of its text: an expected 404, say. */
  toleratedErrors: string[];
  consoleErrors: string[];
  open: Open;
}

export const test = base.extend<Fixtures>({
  url: async ({}, use) => {
    const url = process.env.SYNCLINE_URL;
    if (!url) throw new Error('SYNCLINE_URL is not set: the global setup starts the server and sets it');
    await use(url);
  },
  baseURL: async ({ url }, use) => use(url),
  toleratedErrors: [[], { option: true }],
  consoleErrors: [
    async ({ toleratedErrors }, use) => {
      const errors: string[] = [];
      await use(errors);
      expect(
        errors.filter((error) => !toleratedErrors.some((tolerated) => error.includes(tolerated))),
        'errors in the console',
      ).toEqual([]);
    },
    { auto: true },
  ],
  page: async ({ page, consoleErrors }, use) => {
    watch(page, consoleErrors);
    await use(page);
  },
  open: async ({ browser, url, consoleErrors }, use) => {
    const opened: Page[] = [];
    await use(async (account, options) => {
      const page = await openPage(browser, url, account, options);
      watch(page, consoleErrors);
      opened.push(page);
      return page;
    });
    await Promise.all(opened.map((page) => page.context().close()));
  },
});

/** Notes the errors of a page's console. */
export function watch(page: Page, errors: string[]): void {
  page.on('pageerror', (error) => errors.push(error.stack ?? String(error)));
  // Nothing is loaded from elsewhere.
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol !== 'data:' && protocol !== 'blob:' && hostname !== '127.0.0.1') errors.push(`a request to ${hostname}`);
  });
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(`${message.text()} (${message.location().url})`);
  });
}

/** A page of a new browser context, signed in past the form. */
export async function openPage(
  browser: Browser,
  url: string,
  account: Account | undefined,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ baseURL: url, ...options });
  if (account) {
    const form = { account, password: PASSWORD };
    const answer = await context.request.post(`${url}/sign-in`, { form, maxRedirects: 0 });
    expect(answer.status(), `${account} signs in`).toBe(303);
    expect(answer.headers().location, `${account} signs in`).toBe('/');
  }
  return context.newPage();
}

/** Waits until the page has come alive: the wasm runs and has taken over what the server rendered. */
export async function hydrated(page: Page): Promise<void> {
  await expect(page.locator('html[data-hydrated]')).toBeAttached();
}

/** Goes to a page and waits until its socket is open. */
export async function goLive(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await live(page);
}

export async function live(page: Page): Promise<void> {
  await expect(page.getByRole('status').filter({ hasText: /^Live$/ })).toBeVisible();
}

/** Marks the document, so that a later reload would show. Returns the check that there was none. */
export async function forbidReload(page: Page): Promise<() => Promise<void>> {
  const mark = String(Math.random());
  await page.evaluate((mark) => document.documentElement.setAttribute('data-mark', mark), mark);
  return () => expect(page.locator('html'), 'the page was not reloaded').toHaveAttribute('data-mark', mark);
}

/** The journal position that a page holds at; only people of the house read it. */
export async function positionOf(page: Page): Promise<number> {
  return Number(await page.locator('main [data-as-of]').first().getAttribute('data-as-of'));
}

/** Waits until a page has caught up with a position of the journal. */
export async function caughtUp(page: Page, position: number): Promise<void> {
  await expect.poll(() => positionOf(page)).toBeGreaterThanOrEqual(position);
}
