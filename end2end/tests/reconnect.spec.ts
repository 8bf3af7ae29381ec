import type { Page } from '@playwright/test';
import { caughtUp, expect, forbidReload, goLive, live, openPage, positionOf, test } from '../fixtures.ts';
import { CARLAS, Shipment } from '../freight.ts';
import { startServer } from '../server.ts';
import { Wire } from '../wire.ts';

// The browser says so of the end of a wire that the test has cut while the page was speaking.
test.use({ toleratedErrors: ['WebSocket is already in CLOSING or CLOSED state'] });

/** Everything that a page says, but for the ages that count on. */
async function content(page: Page): Promise<string> {
  return page.locator('main').evaluate((main) => {
    const copy = main.cloneNode(true) as HTMLElement;
    for (const age of copy.querySelectorAll('.age')) age.remove();
    for (const shown of copy.querySelectorAll('[data-as-of]')) shown.remove();
    return copy.textContent ?? '';
  });
}

test('a page that was cut off catches up to what a fresh page shows', async ({ open, url }) => {
  const shipment = await Shipment.planned(url, CARLAS);
  const pages = [await open('anna'), await open('carla')];
  const wires = [];
  for (const page of pages) {
    wires.push(await Wire.to(page));
    await goLive(page, shipment.path);
  }
  const checks = await Promise.all(pages.map(forbidReload));
  for (const [index, wire] of wires.entries()) {
    await wire.cut();
    await expect(pages[index]!.getByRole('status').filter({ hasText: 'Reconnecting' })).toBeVisible();
  }
  await shipment.left();
  await shipment.held();
  await shipment.letGo();
  const last = await shipment.expected(50);
  for (const page of pages) expect(await positionOf(page)).toBeLessThan(last);
  for (const wire of wires) wire.mend();
  for (const [index, account] of (['anna', 'carla'] as const).entries()) {
    const page = pages[index]!;
    await live(page);
    await caughtUp(page, last);
    const fresh = await open(account);
    await goLive(fresh, shipment.path);
    expect(await content(page)).toBe(await content(fresh));
    await checks[index]!();
  }
});

test('a page whose socket breaks at random frames ends as a fresh page', async ({ open, url }) => {
  const shipments = await Promise.all([1, 2, 3, 4].map(() => Shipment.planned(url, CARLAS)));
  const [watched] = shipments;
  const pages = [await open('anna'), await open('anna')];
  const wires = [await Wire.to(pages[0]!), await Wire.to(pages[1]!)];
  for (const wire of wires) wire.frames = () => 4 + Math.floor(Math.random() * 8);
  await pages[0]!.goto(watched!.path);
  await pages[1]!.goto('/shipments');
  for (let round = 0; wires.some((wire) => wire.breaks < 4) || round < 10; round++) {
    for (const shipment of shipments) await (round % 2 ? shipment.letGo() : shipment.held());
    await watched!.expected(48 + round / 10);
  }
  for (const wire of wires) wire.frames = undefined;
  for (const shipment of shipments.slice(1)) await shipment.left();
  const last = await watched!.expected(70);

  await caughtUp(pages[0]!, last);
  const fresh = await open('anna');
  await goLive(fresh, watched!.path);
  expect(await content(pages[0]!)).toBe(await content(fresh));

  await fresh.goto('/shipments');
  for (const shipment of shipments) {
    const rowOf = (page: Page) => page.getByRole('row').filter({ hasText: shipment.number });
    await expect(rowOf(pages[1]!)).toHaveText(await rowOf(fresh).innerText(), { useInnerText: true });
  }
});

test('a page outlives a restart of its server', async ({ browser, consoleErrors }) => {
  test.slow();
  const server = await startServer(['demo', '--still', '--history', '10']);
  try {
    const shipment = await Shipment.planned(server.url, CARLAS);
    const page = await openPage(browser, server.url, 'carla');
    page.on('pageerror', (error) => consoleErrors.push(String(error)));
    await goLive(page, shipment.path);
    const check = await forbidReload(page);
    for (let round = 0; round < 2; round++) {
      await server.restart();
      const last = await (round ? shipment.letGo() : shipment.held());
      await caughtUp(page, last);
      await live(page);
    }
    const fresh = await openPage(browser, server.url, 'carla');
    await goLive(fresh, shipment.path);
    expect(await content(page)).toBe(await content(fresh));
    await check();
    await page.context().close();
    await fresh.context().close();
  } finally {
    await server.stop();
  }
});

test('a page without a network says so, and comes back with it', async ({ open, url }) => {
  const shipment = await Shipment.planned(url, CARLAS);
  const page = await open('carla');
  const wire = await Wire.to(page);
  await goLive(page, shipment.path);
  await page.context().setOffline(true);
  await wire.cut();
  await expect(page.getByRole('status').filter({ hasText: 'Offline' })).toBeVisible();
  const last = await shipment.held();
  wire.mend();
  await page.context().setOffline(false);
  await live(page);
  await caughtUp(page, last);
});
