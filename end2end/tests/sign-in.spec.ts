import { type Account, PASSWORD, expect, goLive, hydrated, live, test } from '../fixtures.ts';

const landings: [Account, string, string][] = [
  ['carla', '/shipments', 'Shipments'],
  ['casper', '/shipments', 'Shipments'],
  ['anna', '/desk', 'Desk'],
  ['amir', '/desk', 'Desk'],
  ['mona', '/kpis', 'KPIs'],
  ['ada', '/kpis', 'KPIs'],
];

for (const [account, path, heading] of landings) {
  test(`${account} signs in and lands on ${path}`, async ({ page }) => {
    await page.goto('/');
    await expect(page).toHaveURL('/sign-in');
    await page.getByLabel('Account').fill(account);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page).toHaveURL(path);
    await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible();
    await live(page);
  });
}

test('a wrong password is told, and the way back to the wanted page is kept', async ({ page }) => {
  await page.goto('/desk?rule=customs_hold');
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await page.getByLabel('Account').fill('anna');
  await page.getByLabel('Password').fill('wrong');
  await hydrated(page);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toHaveText('The account or the password is wrong.');
  await expect(page.getByLabel('Account')).toHaveValue('anna');
  await expect(page.getByLabel('Password')).toBeFocused();
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL('/desk?rule=customs_hold');
});

test('one signs in without JavaScript', async ({ open }) => {
  const page = await open(undefined, { javaScriptEnabled: false });
  await page.goto('/shipments');
  await page.getByLabel('Account').fill('carla');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Shipments' })).toBeVisible();
  await expect(page.getByRole('row').nth(1)).toBeVisible();
});

test('signing out in one tab ends the other', async ({ open }) => {
  const first = await open('anna');
  await goLive(first, '/desk');
  const second = await first.context().newPage();
  await goLive(second, '/shipments');
  await hydrated(first);
  await first.getByRole('button', { name: 'Sign out' }).click();
  await expect(first).toHaveURL('/sign-in');
  await expect(second).toHaveURL(/\/sign-in\?next=.*shipments/);
});

test.describe('pages for others', () => {
  test.use({ toleratedErrors: ['403 (Forbidden)'] });

  test('are refused', async ({ open }) => {
    const page = await open('carla');
    for (const path of ['/desk', '/kpis', '/integrations', '/admin']) {
      expect((await page.goto(path))?.status(), path).toBe(403);
      await expect(page.getByRole('heading', { level: 1, name: 'Not for your role' })).toBeVisible();
      await hydrated(page);
    }
  });
});
