// A server whose clock stands still, and the scenes that pictures are taken of: two pictures of one scene differ only where
// somebody changed the page.
import { type Browser, expect, type Page } from '@playwright/test';
import { type Account, hydrated, live, openPage } from './fixtures.ts';
import { type Server, settled, startServer } from './server.ts';

const AT = '2026-11-25T10:00:00Z';

/** A page, who opens it, and what one has to see there before the picture is taken. */
export interface Scene {
  name: string;
  account: Account | undefined;
  path: string;
  /** What stands in the order in which the journal took it: deadlines and the invoice gate speak whenever they come to it. */
  varies?: string;
  /** Opens what the address does not name. */
  then?: (page: Page) => Promise<void>;
}

const openFirst = (table: string) => async (page: Page) => {
  const first = page.locator(`${table} tbody tr`).first().getByRole('link').first();
  const address = await first.getAttribute('href');
  if (!address) throw new Error(`nothing to open in ${table}`);
  await page.goto(address);
  await hydrated(page);
};

export const SCENES: Scene[] = [
  { name: 'sign-in', account: undefined, path: '/sign-in' },
  { name: 'shipments', account: 'carla', path: '/shipments', varies: '.shipments tbody, .need ul, .alert' },
  {
    name: 'shipment',
    account: 'carla',
    path: '/shipments?status=in_transit&sort=expected',
    then: openFirst('.shipments'),
  },
  { name: 'desk', account: 'anna', path: '/desk', varies: '.exceptions-table tbody' },
  {
    name: 'exception',
    account: 'anna',
    path: '/desk?rule=delivery_discrepancy',
    then: openFirst('.exceptions-table'),
    varies: '.exceptions-table tbody',
  },
  { name: 'kpis', account: 'mona', path: '/kpis' },
  { name: 'integrations', account: 'ada', path: '/integrations' },
];

export async function openStage(): Promise<Server> {
  const server = await startServer(['demo', '--still', '--seed', '26', '--history', '300', '--at', AT]);
  await settled(server);
  return server;
}

/** Opens a scene in a browser of its own and waits until it is all there. */
export async function openScene(browser: Browser, url: string, scene: Scene, width: number, scheme: 'light' | 'dark'): Promise<Page> {
  const page = await openPage(browser, url, scene.account, {
    viewport: { width, height: 900 },
    colorScheme: scheme,
    reducedMotion: 'reduce',
    timezoneId: 'Europe/Berlin',
    locale: 'en-GB',
  });
  // People read at once, in whatever letters are there; a picture waits for its own.
  await page.route(/\.css(\?|$)/, async (route) => {
    const answer = await route.fetch();
    const text = await answer.text();
    await route.fulfill({ response: answer, body: text.replace(/font-display:\s*optional/g, 'font-display:block') });
  });
  await page.clock.setFixedTime(AT);
  await page.goto(scene.path);
  await hydrated(page);
  await scene.then?.(page);
  if (scene.account) await live(page);
  await page.evaluate(() => document.fonts.ready);
  await expect(page.locator('.loading')).toHaveCount(0);
  return page;
}
