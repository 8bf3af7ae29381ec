import type { Page } from '@playwright/test';
import { type Open, expect, goLive, test } from '../fixtures.ts';
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
  await button(panel, 'Resolve').click();
  await expect(row(amir)).toContainText('Resolved by anna: Papers sent');
});

/** A customs hold of a new shipment, open beside the queue. */
async function opened(open: Open, url: string): Promise<{ shipment: Shipment; page: Page; panel: ReturnType<typeof panelOf> }> {
  const shipment = await Shipment.planned(url, CARLAS);
  await shipment.held();
  const page = await open('anna');
  await goLive(page, '/desk?rule=customs_hold');
  await rowOf(page, shipment).getByRole('link', { name: 'Customs hold' }).click();
  return { shipment, page, panel: panelOf(page) };
}
const rowOf = (page: Page, shipment: Shipment) => page.getByRole('row').filter({ hasText: shipment.number });
const panelOf = (page: Page) => page.getByRole('region', { name: 'Selected exception' });
const button = (of: ReturnType<typeof panelOf>, name: string) => of.getByRole('button', { name, exact: true });

async function resolve(panel: ReturnType<typeof panelOf>, reason: string): Promise<void> {
  await panel.getByLabel('How it was resolved').fill(reason);
  await button(panel, 'Resolve').click();
  await expect(button(panel, 'Reopen')).toBeVisible();
}

test('a resolved exception is found by its address, from its shipment and among the closed ones, and reopens', async ({
  open,
  url,
}) => {
  const { shipment, page, panel } = await opened(open, url);
  await resolve(panel, 'Wrong button');
  await page.reload();
  await expect(panel).toContainText('Resolved by anna: Wrong button');
  await goLive(page, '/desk?show=closed');
  await expect(rowOf(page, shipment)).toContainText('Resolved by anna');
  await goLive(page, shipment.path);
  await page.getByRole('link', { name: 'At the desk' }).click();
  await panel.getByLabel('Why reopen it').fill('A mistake');
  await button(panel, 'Reopen').click();
  await expect(button(panel, 'Resolve')).toBeVisible();
});

test('text beyond the limit is refused with a sentence and kept, and a long word stays inside the panel', async ({
  open,
  url,
}) => {
  const { page, panel } = await opened(open, url);
  await panel.getByLabel('Note').fill('x'.repeat(501));
  await expect(panel.getByRole('alert')).toHaveText('501 characters are too many: write at most 500.');
  await button(panel, 'Add note').click();
  await expect(panel.getByLabel('Note')).toHaveValue('x'.repeat(501));
  await panel.getByLabel('Note').fill('x'.repeat(500));
  await button(panel, 'Add note').click();
  await expect(panel.getByRole('list', { name: 'History' }).getByRole('listitem')).toContainText('x'.repeat(500));
  await expect(panel.getByLabel('Note')).toHaveValue('');
  for (const width of [390, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    const excess = await panel.evaluate((box) => box.scrollWidth - box.clientWidth);
    expect(excess, `${width} px`).toBeLessThanOrEqual(0);
  }
});

test('a snoozed exception says until when, and wakes on demand', async ({ open, url }) => {
  const { panel } = await opened(open, url);
  await button(panel, 'Snooze').click();
  await expect(panel).toContainText(/Snoozed until\s*\d+ \w+ \d\d:\d\d UTC/);
  await expect(panel.getByRole('list', { name: 'History' }).getByRole('listitem')).toContainText(/snoozed it until \d+ \w+ \d\d:\d\d UTC$/);
  await button(panel, 'Wake').click();
  await expect(panel).not.toContainText('Snoozed until');
  await expect(panel.getByRole('list', { name: 'History' }).getByRole('listitem').first()).toContainText('woke it');
});

test('what an agent is writing survives that a colleague resolves the exception', async ({ open, url }) => {
  const { page, panel } = await opened(open, url);
  const amir = await open('amir');
  await goLive(amir, page.url());
  await panelOf(amir).getByLabel('How it was resolved').fill('Half a sen');
  await resolve(panel, 'Papers sent');
  await expect(panelOf(amir).getByRole('alert')).toContainText('Resolved by anna: Papers sent');
  await expect(panelOf(amir).getByLabel('Note')).toHaveValue('Half a sen');
});

test('a filter says how many of all it shows, and an unknown one that it leaves nothing out', async ({ open, url }) => {
  const { page } = await opened(open, url);
  await expect(page.getByText(/^\d+ of \d+ open$/)).toBeVisible();
  await page.goto('/desk?severity=urgent');
  await expect(page.getByText('There is no severity “urgent”: it leaves nothing out.')).toBeVisible();
  await expect(page.getByText(/^\d+ open$/)).toBeVisible();
});

test('an agent takes, leaves and ends an exception by keyboard, and the focus is never lost', async ({ open, url }) => {
  const shipment = await Shipment.planned(url, CARLAS);
  await shipment.held();
  const page = await open('anna');
  await goLive(page, '/desk?rule=customs_hold');
  const name = `Customs hold of ${shipment.number}`;
  await page.getByRole('button', { name: `Take: ${name}` }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: `Release: ${name}` })).toBeFocused();

  const link = rowOf(page, shipment).getByRole('link', { name: 'Customs hold' });
  const heading = panelOf(page).getByRole('heading', { name: /^Customs hold/ });
  await link.focus();
  await page.keyboard.press('Enter');
  await expect(heading).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(link).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(heading).toBeFocused();
  await page.keyboard.press('e');
  await page.keyboard.type('Papers sent');
  await button(panelOf(page), 'Resolve').focus();
  await page.keyboard.press('Enter');
  await expect(button(panelOf(page), 'Reopen')).toBeVisible();
  await expect(heading).toBeFocused();
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await page.getByLabel('Single keys do this').uncheck();
  await page.getByRole('heading', { name: 'Desk', level: 1 }).click();
  await page.keyboard.press('/');
  await expect(page.getByRole('link', { name: 'Critical' })).not.toBeFocused();
});
