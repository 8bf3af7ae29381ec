// The manager's board: every figure leads to its shipments, and the board is shown as somebody wants it, by keyboard too.
import { expect, goLive, test } from '../fixtures.ts';
import { CARLAS, Shipment } from '../freight.ts';

test('a manager goes from a figure to the shipments that it missed, and to one of them, by keyboard', async ({ open }) => {
  const page = await open('mona');
  await goLive(page, '/kpis?days=90');
  const tile = page.locator('[data-kpi="on_time_delivery"]');
  const value = await tile.locator('.tile-value').innerText();
  const parts = await tile.locator('.tile-parts').innerText();
  await tile.getByRole('link', { name: /Shipments behind it/ }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'The shipments behind it' })).toBeVisible();
  // The history is closed: what changes meanwhile is of today.
  await expect(page.locator('.tile-parts')).toContainText(/\d+ of \d+/);
  expect(parts).toMatch(/\d+ of \d+/);
  expect(value).toMatch(/%/);
  await page.getByRole('link', { name: 'Missed', exact: true }).focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/show=missed/);
  const rows = page.getByRole('table', { name: 'Shipments behind the figure' }).locator('tbody tr');
  await expect(rows.first()).not.toContainText('1 of 1');
  await expect(rows.first()).toContainText(/\d of \d/);
  await rows.first().getByRole('link').first().focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/shipments\//);
  await page.goBack();
  await page.getByRole('link', { name: 'All figures' }).click();
  await expect(page.locator('[data-kpi="on_time_delivery"]')).toBeVisible();
});

test('what the shipments behind a figure contributed adds up to it', async ({ open }) => {
  const page = await open('mona');
  await goLive(page, '/kpis?days=28&paused');
  await page.locator('[data-kpi="on_time_pickup_original"]').getByRole('link', { name: /Shipments behind it/ }).click();
  await expect(page.getByRole('heading', { name: 'The shipments behind it' })).toBeVisible();
  const said = /(\d+) of (\d+)/.exec(await page.locator('.tile-parts').innerText());
  let [kept, counted] = [0, 0];
  for (;;) {
    const cells = await page.locator('tbody td[data-label="Contributed"]').allInnerTexts();
    for (const cell of cells) {
      const found = /^(\d+) of (\d+)$/.exec(cell.trim());
      if (!found) continue;
      kept += Number(found[1]);
      counted += Number(found[2]);
    }
    const older = page.getByRole('link', { name: 'Older' });
    if ((await older.count()) === 0) break;
    const first = await page.locator('tbody tr th').first().innerText();
    await older.click();
    await expect(page.locator('tbody tr th').first()).not.toHaveText(first);
  }
  expect([String(kept), String(counted)]).toEqual([said?.[1], said?.[2]]);
});

test('the board stands still when it is paused, and hangs on a wall', async ({ open }) => {
  const page = await open('mona');
  await goLive(page, '/kpis');
  await page.getByRole('link', { name: 'Pause' }).click();
  await expect(page.getByText('Paused: nothing here changes until you go on.')).toBeVisible();
  await page.getByRole('link', { name: 'Go on live' }).click();
  await page.getByRole('link', { name: 'Wallboard' }).click();
  await expect(page.locator('.wall-value').first()).toBeVisible();
  await expect(page.getByRole('navigation', { name: 'Main' })).toBeHidden();
  await page.getByRole('link', { name: 'Leave the wallboard' }).click();
  await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible();
});

test('a window between two dates stands in the address; what is entered outlives what moves meanwhile', async ({ open, url }) => {
  // The board is drawn anew each half minute.
  test.slow();
  const page = await open('mona');
  await goLive(page, '/kpis');
  await page.getByLabel('From').fill('2026-11-02');
  const position = async () => Number(await page.locator('[data-as-of]').first().getAttribute('data-as-of'));
  const before = await position();
  await Shipment.planned(url, CARLAS);
  await expect.poll(position, { timeout: 45_000 }).toBeGreaterThan(before);
  await page.getByLabel('to', { exact: true }).fill('2026-11-08');
  await page.getByRole('button', { name: 'Show' }).click();
  await expect(page).toHaveURL(/from=2026-11-02&to=2026-11-08/);
  await expect(page.getByText('2 Nov to 8 Nov 2026 compared with 26 Oct to 1 Nov 2026')).toBeVisible();
});
