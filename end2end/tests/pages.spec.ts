import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { type Account, expect, goLive, hydrated, live, test } from '../fixtures.ts';
import { CARLAS, Shipment } from '../freight.ts';

/** Pages, and who opens them. Behind `:` stands what is filled in with a shipment of the test. */
const pages: [string, Account | undefined, string][] = [
  ['sign-in', undefined, '/sign-in?error=wrong'],
  ['shipments, for agents', 'anna', '/shipments'],
  ['shipments, for customers', 'carla', '/shipments'],
  ['shipments, none found', 'carla', '/shipments?q=nothing-of-the-kind'],
  ['shipment, for agents', 'anna', ':shipment'],
  ['shipment, for customers', 'carla', ':shipment'],
  ['share link', undefined, ':track'],
  ['desk', 'anna', '/desk'],
  ['desk, with an exception open', 'anna', ':exception'],
  ['KPIs', 'mona', '/kpis'],
  ['integrations', 'ada', '/integrations'],
  ['admin', 'ada', '/admin'],
  ['notifications, for customers', 'carla', '/notifications'],
  ['notifications, for managers', 'mona', '/notifications'],
  ['a link of a letter that leads nowhere', undefined, '/unsubscribe/nobody'],
  ['components', undefined, '/components'],
  ['no such page', 'anna', '/nowhere'],
];

/** How far things may jump while a page comes alive, as Cumulative Layout Shift. */
const STEADY = 0.02;

/** Starts to add up what jumps. */
const watchShifts = (page: Page) =>
  page.addInitScript(() => {
    const found = { shift: 0 };
    Object.assign(window, found);
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
        if (!entry.hadRecentInput) (window as unknown as typeof found).shift += entry.value;
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });

test.describe('every page, in both schemes and all widths', () => {
  for (const [name, account, path] of pages) {
    test.describe(() => {
      test.use({ toleratedErrors: ['/nowhere', '/unsubscribe/nobody'].includes(path) ? ['404 (Not Found)'] : [] });

      test(`${name} is accessible and keeps the console clean`, async ({ open, url }) => {
        test.slow();
        let address = path;
        if (path.startsWith(':')) {
          const shipment = await Shipment.planned(url, CARLAS);
          await shipment.left();
          await shipment.held();
          address = shipment.path;
          if (path === ':track') {
            const owner = await open('carla');
            await goLive(owner, shipment.path);
            await owner.getByLabel('For whom').fill('Dock');
            await owner.getByRole('button', { name: 'Make a link' }).click();
            address = await owner.getByLabel('Copy the link now, it is not shown again').inputValue();
          }
          if (path === ':exception') {
            const agent = await open('anna');
            await agent.goto(shipment.path);
            const link = agent.getByRole('link', { name: 'At the desk' });
            address = (await link.getAttribute('href')) ?? '';
          }
        }
        const page = await open(account);
        await watchShifts(page);
        for (const [width, height] of [[390, 844], [1440, 900]] as const) {
          await page.setViewportSize({ width, height });
          await page.goto(address);
          // What pages are made of is shown without the application.
          if (!['/components', '/unsubscribe/nobody'].includes(path)) await hydrated(page);
          if (account) await live(page);
          const shift = await page.evaluate(() => (window as unknown as { shift: number }).shift);
          expect(shift, `nothing jumps while the page comes alive at ${width} px`).toBeLessThan(STEADY);
        }
        await expect(page.getByRole('heading', { level: 1 })).toHaveCount(path === '/components' ? 2 : 1);
        expect(await page.title()).not.toBe('');
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          for (const width of [360, 768, 1440]) {
            await page.setViewportSize({ width, height: 900 });
            const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] });
            // The schemes differ in nothing but their colours.
            if (colorScheme === 'dark') axe.withTags(['cat.color']);
            const { violations } = await axe.analyze();
            const found = violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' | ')}`);
            expect(found, `${colorScheme}, ${width} px`).toEqual([]);
            const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
            expect(overflow, `${colorScheme}, ${width} px: scrolls sideways`).toBeLessThanOrEqual(0);
          }
        }
      });
    });
  }
});
