// How fast pages are for people: Lighthouse on the demo, and the slowest of many interactions. Prints a table for BENCHMARKS.md.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, expect, type Page, test } from '@playwright/test';
import { type Account, live, openPage } from '../fixtures.ts';
import { settled, startServer } from '../server.ts';

// The newest that runs on Node 20.
const LIGHTHOUSE = 'lighthouse@12.8.2';
const PAGES: [name: string, account: Account | undefined, path: string][] = [
  ['sign-in', undefined, '/sign-in'],
  ['shipments', 'carla', '/shipments'],
  ['desk', 'anna', '/desk'],
  ['KPIs', 'mona', '/kpis'],
  ['integrations', 'ada', '/integrations'],
];
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

interface Report {
  categories: Record<string, { score: number }>;
  audits: Record<string, { numericValue: number }>;
}

/** One page as Lighthouse sees it, without throttling: the bars are those of the demo on this machine. */
function lighthouse(url: string, form: 'mobile' | 'desktop', cookie: string): Report {
  const folder = mkdtempSync(join(tmpdir(), 'syncline-vitals-'));
  const file = join(folder, 'report.json');
  const flags = [url, '--quiet', '--output=json', `--output-path=${file}`, '--throttling-method=provided', `--chrome-flags=${FLAGS.join(' ')}`];
  if (form === 'desktop') flags.push('--preset=desktop');
  if (cookie) flags.push(`--extra-headers=${JSON.stringify({ Cookie: cookie })}`);
  const env = { ...process.env, CHROME_PATH: process.env.SYNCLINE_CHROMIUM ?? '/usr/bin/chromium' };
  execFileSync('npx', ['--yes', LIGHTHOUSE, ...flags], { env, stdio: ['ignore', 'inherit', 'inherit'], timeout: 90_000 });
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  rmSync(folder, { recursive: true });
  return report;
}

/** Starts to note how long each interaction took to the next frame, as Event Timing tells. */
const watchInteractions = (page: Page) =>
  page.addInitScript(() => {
    const spans: number[] = [];
    Object.assign(window, { spans });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if ((entry as PerformanceEventTiming).interactionId) spans.push(entry.duration);
    }).observe({ type: 'event', durationThreshold: 16, buffered: true } as PerformanceObserverInit);
  });

const slowest = (page: Page) => page.evaluate(() => Math.max(0, ...(window as unknown as { spans: number[] }).spans));

/** What somebody does on each page. */
async function use(page: Page): Promise<void> {
  for (const key of ['j', 'j', 'Enter', 'j', 'Enter', 'Escape']) await page.keyboard.press(key);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('SH-26');
  await expect(page.getByRole('option', { name: 'SH-26' }).first()).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Escape');
  await page.locator('main').click({ position: { x: 5, y: 5 } });
}

test('vitals', async () => {
  const server = await startServer(['demo', '--still', '--seed', '26']);
  const rows: string[] = [];
  try {
    await settled(server);
    const browser = await chromium.launch({ executablePath: process.env.SYNCLINE_CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
    for (const [name, account, path] of PAGES) {
      const page = await openPage(browser, server.url, account);
      page.setDefaultTimeout(10_000);
      await watchInteractions(page);
      await page.goto(path);
      let inp = '–';
      if (account) {
        await live(page);
        await use(page);
        inp = `${await slowest(page)} ms`;
      }
      const cookies = await page.context().cookies();
      const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
      await page.context().close();
      for (const form of ['desktop', 'mobile'] as const) {
        const { audits, categories } = lighthouse(server.url + path, form, cookie);
        const score = (category: string) => Math.round((categories[category]?.score ?? 0) * 100);
        const value = (audit: string) => audits[audit]?.numericValue ?? Number.NaN;
        rows.push(
          `| ${name}, ${form} | ${Math.round(value('largest-contentful-paint'))} ms | ${value('cumulative-layout-shift').toFixed(3)} | ${inp} | ` +
            `${Math.round(value('total-blocking-time'))} ms | ${score('performance')} / ${score('accessibility')} / ${score('best-practices')} |`,
        );
      }
    }
    await browser.close();
  } finally {
    await server.stop();
  }
  console.log('| page | LCP (≤ 1 s) | CLS (< 0.02) | INP (≤ 100 ms) | blocked | performance / accessibility / best practices |');
  console.log('|---|---|---|---|---|---|');
  console.log(rows.join('\n'));
});
