import { expect, test } from '../fixtures.ts';

test('colours and rows are chosen once, and the server renders them from then on', async ({ open }) => {
  const page = await open('carla');
  await page.goto('/shipments?flag=delayed');
  await page.getByRole('button', { name: 'Dark', exact: true }).click();
  await expect(page).toHaveURL('/shipments?flag=delayed');
  await page.getByRole('button', { name: 'Compact', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Compact', exact: true })).toHaveAttribute('aria-pressed', 'true');
  const html = await (await page.request.get('/shipments')).text();
  expect(html).toContain('data-scheme="dark" data-density="compact"');
  await page.getByRole('button', { name: 'As the system' }).click();
  await expect(page.locator('html')).not.toHaveAttribute('data-scheme');
});
