// What people are told and what they leave behind: reasons one key away, notifications that nobody allowed, a sign-out that clears up.
import { expect, goLive, test } from '../fixtures.ts';
import { CARLAS, Shipment } from '../freight.ts';

test('one key gives a reason that is often given, Enter sends it, and what was said last comes first', async ({ open, url }) => {
  const office = `Office-${Math.random().toString(36).slice(2, 8)}`;
  for (let made = 0; made < 2; made += 1) {
    const shipment = await Shipment.planned(url, CARLAS);
    await shipment.left();
    await shipment.held(office);
  }
  const page = await open('anna');
  await goLive(page, `/desk?q=${office}`);
  await page.locator('.exception-link').first().click();
  const reasons = page.locator('.case-panel [data-reasons] button');
  const ending = page.getByLabel('How it was resolved');
  await expect(reasons.first()).toBeVisible();
  const second = await reasons.nth(1).innerText();
  await page.locator('.case-panel h2').press('2');
  await expect(ending).toHaveValue(second);
  await expect(ending).toBeFocused();
  await ending.fill('the broker rang back');
  await ending.press('Enter');
  // The next one is open now.
  await expect(page.getByText('1 exception resolved').or(page.getByText(/resolved/i)).first()).toBeVisible();
  await expect(reasons.first()).toHaveText('the broker rang back');
});

test('what the browser has not allowed is said beside the button, with the way out', async ({ open, url }) => {
  const shipment = await Shipment.planned(url, CARLAS);
  const page = await open('carla');
  await goLive(page, shipment.path);
  await page.getByRole('button', { name: 'Notify me' }).click();
  await expect(page.locator('[data-notify-said]')).toContainText('allow');
});

test('who signs out leaves nothing of theirs in the browser', async ({ open, url }) => {
  const shipment = await Shipment.planned(url, CARLAS);
  const page = await open('carla');
  await goLive(page, '/shipments');
  await expect(page.locator(`tr[data-shipment="${shipment.number}"]`)).toBeVisible();
  await page.getByRole('link', { name: shipment.number }).first().click();
  await expect(page.getByRole('heading', { name: `Shipment ${shipment.number}` })).toBeVisible();
  const kept = () => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('syncline.')));
  expect(await kept()).not.toEqual([]);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/sign-in/);
  expect(await kept()).toEqual([]);
});
