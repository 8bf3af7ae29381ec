import { expect, goLive, test } from '../fixtures.ts';
import { CARLAS, Shipment } from '../freight.ts';
import { Wire } from '../wire.ts';

test.describe('two agents on one exception', () => {
  test.use({ toleratedErrors: ['409 (Conflict)'] });

  test('the slower one is told who was faster, and with what', async ({ open, url }) => {
    const shipment = await Shipment.planned(url, CARLAS);
    await shipment.held();
    const [anna, amir] = [await open('anna'), await open('amir')];
    // Amir's page hears nothing of what Anna does.
    const wire = await Wire.to(amir);
    await wire.cut();
    await goLive(anna, '/desk?rule=customs_hold');
    await amir.goto('/desk?rule=customs_hold');
    const take = { name: `Take: Customs hold of ${shipment.number}` };
    await expect(amir.getByRole('button', take)).toBeVisible();
    await anna.getByRole('button', take).click();
    const row = (page: typeof anna) => page.getByRole('row').filter({ hasText: shipment.number });
    await expect(row(anna)).toContainText('anna');
    await expect(row(amir)).toContainText('Nobody');

    await amir.getByRole('button', take).click();
    await expect(amir.getByRole('alert')).toContainText('anna took it');
    await expect(row(amir)).toContainText('Nobody');
    wire.mend();
    await expect(row(amir)).toContainText('anna');
    await expect(row(amir).getByRole('button')).toHaveCount(0);
  });
});

test('an agent takes an exception, writes a note and resolves it, and a colleague sees each', async ({ open, url }) => {
  const shipment = await Shipment.planned(url, CARLAS);
  await shipment.held();
  const [anna, amir] = [await open('anna'), await open('amir')];
  await goLive(anna, '/desk?rule=customs_hold');
  await goLive(amir, '/desk?rule=customs_hold');
  const row = (page: typeof anna) => page.getByRole('row').filter({ hasText: shipment.number });
  await row(anna).getByRole('link', { name: 'Customs hold' }).click();
  const panel = anna.getByRole('region', { name: 'Selected exception' });
  await panel.getByRole('button', { name: 'Take', exact: true }).click();
  await expect(row(amir)).toContainText('anna');
  await panel.getByLabel('Note').fill('Called the office');
  await panel.getByRole('button', { name: 'Add note' }).click();
  await expect(panel).toContainText('Called the office');
  await panel.getByLabel('How it was resolved').fill('Papers sent');
  await panel.getByRole('button', { name: 'Resolve' }).click();
  await expect(row(amir)).toContainText('Resolved by anna: Papers sent');
});
