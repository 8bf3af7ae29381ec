// The command palette: by keyboard and by pointer, for each role what is theirs.
import { expect, goLive, test } from '../fixtures.ts';
import { CARLAS, Shipment } from '../freight.ts';

test('a customer finds a shipment by its number and opens it without a mouse', async ({ open, url }) => {
  const shipment = await Shipment.planned(url, CARLAS);
  const page = await open('carla');
  await goLive(page, '/shipments');
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: 'A reference, a name, a page or a setting' });
  await expect(field).toBeFocused();
  await page.keyboard.type(shipment.number);
  await expect(page.getByRole('option', { name: shipment.number })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`${shipment.path}$`));
  await expect(page.getByRole('dialog')).toBeHidden();
});

test('what is another customer’s is not found', async ({ open, url }) => {
  const shipment = await Shipment.planned(url, CARLAS);
  const page = await open('casper');
  await goLive(page, '/shipments');
  await page.getByRole('link', { name: 'Find' }).click();
  await page.keyboard.type(shipment.number);
  await expect(page.getByText(`No shipment has “${shipment.number}”.`)).toBeVisible();
});

test('an agent goes to a page and turns the lights off, by words', async ({ open }) => {
  const page = await open('anna');
  await goLive(page, '/desk');
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('option', { name: 'Go to Integrations' })).toBeVisible();
  await expect(page.getByRole('option', { name: 'Go to KPIs' })).toHaveCount(0);
  await page.keyboard.type('integ');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/integrations$/);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('dark');
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).toHaveAttribute('data-scheme', 'dark');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('nothing');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
});

test('Enter waits for the answer to what is typed', async ({ open, url }) => {
  const shipment = await Shipment.planned(url, CARLAS);
  const page = await open('anna');
  let goOn = () => {};
  const isHeld = new Promise<void>((resolve) => (goOn = resolve));
  await page.route('**/find?q=*', async (route) => {
    // What is found for the words that were typed first stands there; the next answer is late.
    if (!route.request().url().endsWith(shipment.number)) await isHeld;
    await route.continue();
  });
  await goLive(page, '/desk');
  await page.keyboard.press('Control+k');
  await page.keyboard.type(shipment.number);
  await expect(page.getByRole('option', { name: shipment.number })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('integ');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeVisible();
  expect(page.url()).toMatch(/\/desk$/);
  goOn();
  await expect(page).toHaveURL(/\/integrations$/);
});

test('strangers can’t ask it', async ({ request }) => {
  expect((await request.get('/find?q=SH')).status()).toBe(401);
});
