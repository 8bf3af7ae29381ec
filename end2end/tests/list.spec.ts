// The list of shipments as a customer works with it: what needs them first, orders, saved views, columns, a file, and what has
// changed since they last looked.
import { readFile } from 'node:fs/promises';
import { expect, goLive, hydrated, live, test } from '../fixtures.ts';
import { CARLAS, CASPERS, Shipment } from '../freight.ts';

test('what needs a customer first stands above the list, and leads to all of it', async ({ open, url }) => {
  const shipment = await Shipment.planned(url, CARLAS);
  const page = await open('carla');
  await goLive(page, '/shipments');
  const needs = page.getByRole('region', { name: 'What needs you first' });
  const needed = needs.getByRole('article', { name: /Action needed/ });
  const before = Number(await needed.locator('.need-count').innerText());
  await shipment.left();
  await shipment.held();
  await expect(needed.locator('.need-count')).toHaveText(String(before + 1));
  await expect(needed.getByRole('link', { name: shipment.number })).toBeVisible();
  await needed.getByRole('link', { name: /Action needed/ }).click();
  await expect(page).toHaveURL(/flag=action_needed/);
  await expect(page.locator(`tr[data-shipment="${shipment.number}"]`)).toBeVisible();
  await expect(needs).toHaveCount(0);
});

test('what is expected first comes first, and today’s arrivals are one condition away', async ({ open, url }) => {
  const [later, sooner] = [await Shipment.planned(url, CASPERS), await Shipment.planned(url, CASPERS)];
  await later.expected(30);
  await sooner.expected(-20 / 60);
  const page = await open('casper');
  await page.goto('/shipments?sort=expected');
  const numbers = () => page.locator('.shipments tr[data-shipment]').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-shipment')));
  await expect.poll(numbers).toContain(later.number);
  const all = await numbers();
  expect(all.indexOf(sooner.number)).toBeLessThan(all.indexOf(later.number));
  await page.getByRole('link', { name: 'Arriving today (UTC)', exact: true }).click();
  await expect(page).toHaveURL(/arriving=today/);
  await expect.poll(numbers).not.toContain(later.number);
});

test('a view is saved under a name, found again, and forgotten', async ({ open }) => {
  const page = await open('carla');
  await page.goto('/shipments?flag=delayed&sort=expected');
  await hydrated(page);
  await page.getByText('Save this view').click();
  await page.getByLabel('Name of the view').fill('Late ones');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const views = page.getByRole('navigation', { name: 'Saved views' });
  await expect(views.getByRole('link', { name: 'Late ones' })).toHaveAttribute('aria-current', 'page');
  await page.goto('/shipments');
  await views.getByRole('link', { name: 'Late ones' }).click();
  await expect(page).toHaveURL(/flag=delayed&sort=expected/);
  await views.getByRole('button', { name: 'Forget the view Late ones' }).click();
  await expect(views.getByRole('link', { name: 'Late ones' })).toHaveCount(0);
});

test('columns are left out and wanted again, without a script too', async ({ open }) => {
  const page = await open('carla', { javaScriptEnabled: false });
  await page.goto('/shipments');
  const promised = page.getByRole('columnheader', { name: 'Promised' });
  await expect(promised).toBeVisible();
  const choose = page.getByRole('group', { name: 'Columns' }).getByRole('button', { name: 'Promised' });
  await choose.click();
  await expect(promised).toBeHidden();
  await expect(choose).toHaveAttribute('aria-pressed', 'false');
  await choose.click();
  await expect(promised).toBeVisible();
});

test('the list is had as a file, with the page’s conditions and nothing of others', async ({ open, url }) => {
  const own = await Shipment.planned(url, CARLAS);
  const other = await Shipment.planned(url, CASPERS);
  await own.held();
  await other.held();
  const page = await open('carla');
  await goLive(page, '/shipments?flag=on_hold');
  const downloading = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export CSV' }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/^shipments-\d{4}-\d\d-\d\d\.csv$/);
  const text = await readFile(await download.path(), 'utf8');
  expect(text).toMatch(/^\uFEFFShipment,Status,Flags,/);
  expect(text).toContain(own.number);
  expect(text).not.toContain(other.number);
  expect(text).not.toContain('Carrier');
});

test('what changed since somebody last looked says what it was, until they say that they know', async ({ open, url }) => {
  const shipment = await Shipment.planned(url, CARLAS);
  const page = await open('carla');
  await goLive(page, '/shipments');
  const row = page.locator(`tr[data-shipment="${shipment.number}"]`);
  await expect(row).toBeVisible();
  await page.goto(shipment.path);
  await shipment.left();
  await goLive(page, '/shipments');
  await expect(row).toHaveAttribute('data-changed', /status was Planned/);
  await page.getByRole('button', { name: /changed since you last looked/ }).click();
  await expect(row).not.toHaveAttribute('data-changed');
  // It goes on live.
  await shipment.held();
  await expect(row).toHaveAttribute('data-changed', /status was In transit/);
});

test('a customer finds the delayed ones, opens one and comes back by keyboard alone', async ({ open, url }) => {
  const shipment = await Shipment.planned(url, CARLAS);
  await shipment.held();
  const page = await open('carla');
  await goLive(page, '/shipments');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('searchbox', { name: 'Search shipments' })).toBeFocused();
  await page.keyboard.type(shipment.number);
  const link = page.locator('.shipments').getByRole('link', { name: shipment.number });
  await expect(page.locator('.shipments tr[data-shipment]')).toHaveCount(1);
  for (let presses = 0; presses < 40 && !(await link.evaluate((element) => element === document.activeElement)); presses += 1) {
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`${shipment.path}$`));
  await live(page);
  await expect(page.getByText('On hold').first()).toBeVisible();
  await page.goBack();
  await expect(link).toBeVisible();
});

test('the way back from a shipment leads to where the list was', async ({ open }) => {
  const page = await open('anna');
  await goLive(page, '/shipments');
  await page.evaluate(() => scrollTo(0, 1500));
  const height = () => page.evaluate(() => Math.round(scrollY));
  await expect.poll(height).toBeGreaterThan(1000);
  const before = await height();
  const inSight = await page.evaluateHandle(() => document.elementFromPoint(200, 450)?.closest('tr')?.querySelector('a') ?? null);
  await inSight.asElement()!.click();
  await expect(page).toHaveURL(/\/shipments\/./);
  await page.goBack();
  await expect(page).toHaveURL(/\/shipments$/);
  await expect.poll(height).toBeGreaterThan(before - 100);
});
