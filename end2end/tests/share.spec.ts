import type { Page } from '@playwright/test';
import { expect, goLive, test } from '../fixtures.ts';
import { CARLAS, Shipment } from '../freight.ts';

async function share(page: Page, label: string): Promise<string> {
  await page.getByLabel('For whom').fill(label);
  await page.getByRole('button', { name: 'Make a link' }).click();
  const made = page.getByLabel('Copy the link now, it is not shown again');
  await expect(made).toBeVisible();
  return made.inputValue();
}

test.describe('a share link', () => {
  test.use({ toleratedErrors: ['404 (Not Found)'] });

  for (const account of ['carla', 'anna'] as const) {
    test(`that ${account} made is live without signing in, until it is ended`, async ({ open, url }) => {
      const shipment = await Shipment.planned(url, CARLAS);
      const owner = await open(account);
      await goLive(owner, shipment.path);
      const link = await share(owner, 'Receiving dock');
      expect(new URL(link).pathname).toMatch(/^\/track\//);

      const guest = await open(undefined);
      await goLive(guest, link);
      await expect(guest.getByRole('heading', { level: 1 })).toHaveText(`Shipment ${shipment.number}`);
      await expect(guest.getByRole('button', { name: 'Make a link' })).toHaveCount(0);
      await shipment.left();
      await expect(guest.getByLabel('Summary')).toContainText('In transit');

      const plain = await open(undefined, { javaScriptEnabled: false });
      await plain.goto(link);
      await expect(plain.getByLabel('Summary')).toContainText('In transit');

      await owner.getByRole('button', { name: /^End .*Receiving dock/ }).click();
      await expect(guest.getByRole('alert')).toContainText('no longer kept up to date');
      await shipment.held();
      expect((await guest.reload())?.status()).toBe(404);
      await expect(guest.getByRole('heading', { level: 1, name: 'This link shows nothing' })).toBeVisible();
      expect((await plain.reload())?.status()).toBe(404);
    });
  }
});
