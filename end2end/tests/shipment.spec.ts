import { expect, goLive, hydrated, test } from '../fixtures.ts';
import { at, CARLAS, deliver, event, Shipment, shipmentId } from '../freight.ts';

test('house and customer read in one sentence where it is and what comes next, without JavaScript too', async ({ open, url }) => {
  const shipment = await Shipment.planned(url, CARLAS);
  await shipment.left();
  await deliver(url, 'tms', event('tms', 'eta.changed', shipment.number, { stop: '2', eta: at(58) }, 0.01));
  await deliver(url, 'tms', event('tms', 'eta.changed', shipment.number, { stop: '2', eta: at(62), reason: 'weather' }, 0.02));
  for (const account of ['anna', 'carla'] as const) {
    const page = await open(account, { javaScriptEnabled: false });
    await page.goto(shipment.path);
    const summary = page.getByLabel('Summary');
    await expect(summary).toContainText('In transit');
    await expect(summary).toContainText(/On the way to Lyon, expected .* UTC\+[12], 2 h 00 min later than promised \(weather\)\./);
    await expect(summary).toContainText(/Expected was .*, now .*, weather/);
    const way = page.getByRole('list', { name: 'Progress by stop' }).getByRole('listitem');
    await expect(way).toHaveText([/Hamburg.*Pickup, done/, /Lyon.*Delivery, next/]);
    await expect(page.getByRole('button', { name: 'Notify me' }), 'no button that does nothing').toBeHidden();
  }
});

test('a shipment that is known by one event only says so much and no more', async ({ open, url }) => {
  const number = `T-ONE-${Date.now()}`;
  await deliver(url, 'tms', event('tms', 'stop.arrived', number, { stop: '7' }));
  const page = await open('anna');
  await goLive(page, `/shipments/${shipmentId(number)}`);
  await expect(page.getByLabel('Summary')).toContainText('At stop 7 since today');
  await expect(page.getByRole('region', { name: 'Orders' })).toContainText('No order is on it yet');
});

test('moments stand on the clock of their stop, and on the viewer’s where that differs', async ({ open, url }) => {
  const shipment = await Shipment.planned(url, CARLAS);
  await shipment.left();
  const row = { name: /^Arrival/ };
  const near = await open('carla');
  await goLive(near, shipment.path);
  const first = near.getByRole('table').first().getByRole('row', row);
  await expect(first).toContainText(/UTC\+[12]/);
  await expect(first).not.toContainText('yours');
  const far = await open('carla', { timezoneId: 'Asia/Tokyo' });
  await goLive(far, shipment.path);
  await expect(far.getByRole('table').first().getByRole('row', row)).toContainText(/UTC\+[12].*\(.*\d\d:\d\d yours\)/);
  // It stays so when the page is drawn anew.
  await shipment.held();
  await expect(far.getByLabel('Summary')).toContainText('Held by customs, Calais');
  await expect(far.getByRole('table').first().getByRole('row', row)).toContainText(/\d\d:\d\d yours\)/);
});

test('what a source took back stays, struck through, with what it said instead', async ({ open, url }) => {
  const shipment = await Shipment.planned(url, CARLAS);
  await shipment.left();
  const mistaken = event('tms', 'stop.arrived', shipment.number, { stop: '2' }, -0.05);
  await deliver(url, 'tms', mistaken);
  const pages = [await open('anna'), await open('carla')];
  for (const page of pages) await goLive(page, shipment.path);
  await deliver(
    url,
    'tms',
    event('tms', 'event.retracted', shipment.number, { event: mistaken.id, reason: 'wrong truck' }),
    event('tms', 'stop.arrived', shipment.number, { stop: '2' }, 0.01),
  );
  for (const [index, page] of pages.entries()) {
    const entry = page.getByRole('region', { name: 'Timeline' }).getByRole('listitem').filter({ hasText: 'Instead: Arrived in Lyon, FR' });
    await expect(entry.locator('s')).toHaveText('Arrived in Lyon, FR');
    await expect(entry.getByText('wrong truck'), 'why is for the house').toHaveCount(index === 0 ? 1 : 0);
  }
});

test('a line says how much was delivered of what was ordered, and who signed', async ({ open, url }) => {
  const shipment = await Shipment.planned(url, CARLAS);
  const page = await open('carla');
  await goLive(page, shipment.path);
  const line = page.getByRole('table', { name: `Lines of order ${shipment.order}` }).getByRole('row').last();
  await expect(line).toHaveText(/12 EA$/);
  const lines = [{ order: shipment.order, line: '10', quantity: { milli: 9000, unit: 'EA' } }];
  await shipment.tms('stop.delivered', { stop: '2', lines });
  await expect(line).toContainText('9 EA');
  await expect(line).toContainText('short 3 EA');
  await shipment.tms('pod.received', { stop: '2', signed_by: 'C. Moreau', signed_at: at(0) });
  await expect(page.getByRole('region', { name: 'Documents' })).toContainText('Proof of delivery, Lyon: signed by C. Moreau');
  await expect(page.getByLabel('Summary')).toContainText('Signed by C. Moreau.');
});

test('a number is copied, and it is said', async ({ open, url }) => {
  const shipment = await Shipment.planned(url, CARLAS);
  const page = await open('carla', { permissions: ['clipboard-read', 'clipboard-write'] });
  await goLive(page, shipment.path);
  await page.getByRole('button', { name: `Copy Order ${shipment.order}` }).press('Enter');
  await expect(page.locator('#said')).toHaveText('Copied');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(shipment.order);
});

test('who wants it is notified of each change while the page is open', async ({ open, url }) => {
  const shipment = await Shipment.planned(url, CARLAS);
  const page = await open('carla');
  // What the browser would show in a corner of the screen.
  await page.addInitScript(() => {
    class Shown extends EventTarget {
      static permission = 'default';
      static async requestPermission() {
        return (Shown.permission = 'granted');
      }
      constructor(title: string, options: { body: string }) {
        super();
        const note = document.body.appendChild(document.createElement('output'));
        note.textContent = `${title}: ${options.body}`;
      }
    }
    Object.assign(window, { Notification: Shown });
  });
  await goLive(page, shipment.path);
  await shipment.expected(50);
  await expect(page.getByLabel('Summary')).toContainText('expected');
  await page.getByRole('button', { name: 'Notify me' }).click();
  await expect(page.getByRole('button', { name: 'Notifying you', pressed: true })).toBeVisible();
  await expect(page.locator('output'), 'nobody had asked for it then').toHaveCount(0);
  await shipment.held();
  await expect(page.locator('output')).toHaveText(new RegExp(`^Shipment ${shipment.number}: Held by customs, Calais`));
  await page.getByRole('button', { name: 'Notifying you' }).click();
  await shipment.letGo();
  await expect(page.getByLabel('Summary')).not.toContainText('Held by customs');
  await expect(page.locator('output')).toHaveCount(1);
});

test('what somebody has opened stays open when news comes', async ({ open, url }) => {
  const shipment = await Shipment.planned(url, CARLAS);
  await shipment.expected(50);
  await deliver(url, 'tms', event('tms', 'eta.changed', shipment.number, { stop: '2', eta: at(51) }, 0.01));
  const page = await open('anna');
  await goLive(page, shipment.path);
  await page.getByText(/^Expected was .*now/).last().click();
  const said = page.getByRole('region', { name: 'Stops' }).getByText(', said ').first();
  await expect(said).toBeVisible();
  await shipment.held();
  await expect(page.getByLabel('Summary')).toContainText('Held by customs');
  await expect(said).toBeVisible();
});

test.describe('a share link that never was', () => {
  test.use({ toleratedErrors: ['404 (Not Found)'] });

  test('is answered as one that has ended, and the page says what to do', async ({ open }) => {
    const page = await open(undefined, { javaScriptEnabled: false });
    expect((await page.goto('/track/never-given-out'))?.status()).toBe(404);
    await expect(page.getByRole('heading', { level: 1, name: 'This link shows nothing' })).toBeVisible();
    await expect(page.getByText('Ask them for a new one')).toBeVisible();
    const alive = await open(undefined);
    await alive.goto('/track/never-given-out');
    await hydrated(alive);
  });
});
