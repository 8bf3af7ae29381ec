import { caughtUp, expect, forbidReload, goLive, hydrated, test } from '../fixtures.ts';
import { CARLAS, CASPERS, Shipment } from '../freight.ts';

test('what happens to a shipment is seen by agent and customer at the same position, without reloading', async ({
  open,
  url,
}) => {
  const shipment = await Shipment.planned(url, CARLAS);
  const pages = [await open('anna'), await open('carla')];
  const checks = [];
  for (const page of pages) {
    await goLive(page, shipment.path);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(`Shipment ${shipment.number}`);
    await expect(page.getByLabel('Summary')).toContainText('Planned');
    checks.push(await forbidReload(page));
  }
  await shipment.left();
  const position = await shipment.held();
  for (const page of pages) {
    await expect(page.getByLabel('Summary')).toContainText('In transit');
    await expect(page.getByLabel('Summary')).toContainText('On hold');
    await caughtUp(page, position);
  }
  await expect(pages[0]!.getByRole('region', { name: 'Exceptions' })).toContainText('Customs hold');
  await expect(pages[1]!.getByRole('region', { name: 'Exceptions' })).toHaveCount(0);
  for (const check of checks) await check();
});

test('the map follows the truck, for agent and customer', async ({ open, url }) => {
  const shipment = await Shipment.planned(url, CARLAS);
  for (const account of ['anna', 'carla'] as const) {
    const page = await open(account);
    await goLive(page, shipment.path);
    const check = await forbidReload(page);
    await shipment.seen(`near Kassel, ${account}`, 51.3, 9.5);
    await expect(page.getByRole('img', { name: `Map: Hamburg to Lyon, last seen near Kassel, ${account}` })).toBeVisible();
    await check();
  }
});

test('a row of the list changes in place', async ({ open, url }) => {
  const shipment = await Shipment.planned(url, CARLAS);
  for (const account of ['anna', 'carla'] as const) {
    const page = await open(account);
    await goLive(page, `/shipments?q=${shipment.number}`);
    await expect(page.getByRole('row')).toHaveCount(2);
  }
  const page = await open('carla');
  await goLive(page, '/shipments');
  const check = await forbidReload(page);
  const row = page.getByRole('row').filter({ hasText: shipment.number });
  await expect(row).toContainText('Planned');
  await shipment.left();
  await expect(row).toContainText('In transit');
  await check();
});

test('a new shipment waits behind the pill of the list', async ({ open, url }) => {
  const page = await open('casper');
  await goLive(page, '/shipments');
  const shipment = await Shipment.planned(url, CASPERS);
  const row = page.getByRole('row').filter({ hasText: shipment.number });
  await expect(page.getByRole('button', { name: /^\d+ new$/ })).toBeVisible();
  await expect(row).toHaveCount(0);
  await page.getByRole('button', { name: /^\d+ new$/ }).click();
  await expect(row).toBeVisible();
});

test('a new exception waits behind the pill of the desk, and a closed one keeps its place', async ({ open, url }) => {
  const shipment = await Shipment.planned(url, CARLAS);
  const page = await open('anna');
  await goLive(page, '/desk?rule=customs_hold');
  const row = page.getByRole('row').filter({ hasText: shipment.number });
  const pill = page.getByRole('button', { name: /^\d+ new$/ });
  await shipment.held();
  await expect(pill).toBeVisible();
  await expect(row).toHaveCount(0);
  await pill.click();
  await expect(row).toContainText('Nobody');
  await shipment.letGo();
  await expect(row).toContainText('Closed: the condition cleared');
});

test('the board counts on', async ({ open, url }) => {
  // It is drawn anew each half minute.
  test.slow();
  const shipment = await Shipment.planned(url, CARLAS);
  const page = await open('mona');
  await goLive(page, '/kpis');
  const check = await forbidReload(page);
  const open_holds = page.getByRole('link', { name: /Customs hold/ });
  const count = async () => Number(/\d+/.exec((await open_holds.innerText()).replace('Customs hold', ''))?.[0]);
  const before = await count();
  await shipment.held();
  await expect.poll(count, { timeout: 45_000 }).toBeGreaterThan(before);
  await check();
});

test.describe("another customer's shipment", () => {
  test.use({ toleratedErrors: ['404 (Not Found)'] });

  test('is not found, and no frame of it comes', async ({ open, url }) => {
    const own = await Shipment.planned(url, CASPERS);
    const other = await Shipment.planned(url, CARLAS);
    const page = await open('casper');
    const frames: string[] = [];
    page.on('websocket', (socket) => socket.on('framereceived', (frame) => frames.push(String(frame.payload))));
    expect((await page.goto(other.path))?.status()).toBe(404);
    await expect(page.getByRole('heading', { level: 1, name: 'No such shipment' })).toBeVisible();
    await hydrated(page);

    await goLive(page, own.path);
    // A page may not be polite: it asks for the other's shipment by hand.
    const refused = await page.evaluate(
      (id) =>
        new Promise<string>((resolve) => {
          const socket = new WebSocket(`ws://${location.host}/live`);
          socket.onopen = () => socket.send(JSON.stringify({ subscribe: [{ view: 'shipment', id }] }));
          socket.onmessage = (message) => resolve(String(message.data));
        }),
      other.id,
    );
    expect(JSON.parse(refused)).toMatchObject({ frame: 'refused', code: 'not_found' });
    await other.left();
    const last = await own.left();
    await caughtUp(page, last);
    expect(frames.filter((frame) => frame.includes(other.number))).toEqual([]);
  });
});
