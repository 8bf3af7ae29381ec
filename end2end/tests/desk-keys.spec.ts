// The desk by keys as people press them: each goes to what they look at, and none to what they are typing into.
import type { Page } from '@playwright/test';
import { expect, goLive, live, test } from '../fixtures.ts';
import { CARLAS, Shipment, deliver, event } from '../freight.ts';
import { Wire } from '../wire.ts';

const rowOf = (page: Page, shipment: Shipment) => page.getByRole('row').filter({ hasText: shipment.number });
const linkOf = (page: Page, shipment: Shipment) => rowOf(page, shipment).locator('.exception-link');
const panelOf = (page: Page) => page.getByRole('region', { name: 'Selected exception' });
const ending = (page: Page) => panelOf(page).getByLabel('How it was resolved');

/** A queue of shipments that customs holds at an office of their own, in the order of the rows. */
async function queue(page: Page, url: string, count: number): Promise<Shipment[]> {
  const office = `Office-${Math.random().toString(36).slice(2, 8)}`;
  const shipments: Shipment[] = [];
  for (let made = 0; made < count; made += 1) {
    const shipment = await Shipment.planned(url, CARLAS);
    await shipment.left();
    await shipment.held(office);
    shipments.push(shipment);
  }
  await goLive(page, `/desk?q=${office}`);
  const rows = page.locator('tr[data-exception]');
  await expect(rows).toHaveCount(count);
  const texts = await rows.allInnerTexts();
  const place = (one: Shipment) => texts.findIndex((text) => text.includes(one.number));
  return shipments.sort((one, other) => place(one) - place(other));
}

test('what an agent types into an answer to a customer is no command', async ({ open, url }) => {
  const page = await open('anna');
  const shipment = await Shipment.planned(url, CARLAS);
  const carla = await open('carla');
  await goLive(carla, shipment.path);
  await carla.getByText('Open a case').click();
  const question = `Where is it, ${shipment.number}?`;
  await carla.getByLabel('What do you want to tell us?').click();
  await carla.keyboard.type(question);
  await carla.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(carla.getByText(question)).toBeVisible();

  await goLive(page, '/desk?rule=customer_waits');
  await linkOf(page, shipment).click();
  const answer = panelOf(page).getByLabel('Answer');
  await answer.click();
  const words = 'Dear Carla, the truck is cleared and comes at 15:21. xs?/ujk';
  await page.keyboard.type(words);
  await expect(answer).toHaveValue(words);
  await expect(answer).toBeFocused();
  await expect(ending(page)).toHaveValue('');
  await expect(rowOf(page, shipment)).toContainText('Nobody');

  // Neither Escape nor a reload throws it away; once it is sent it is gone.
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(panelOf(page)).toHaveCount(0);
  await linkOf(page, shipment).click();
  await expect(answer).toHaveValue(words);
  await page.reload();
  await expect(answer).toHaveValue(words);
  await panelOf(page).getByRole('button', { name: 'Send', exact: true }).click();
  await expect(panelOf(page).getByText(words)).toBeVisible();
  await page.reload();
  await live(page);
  await expect(panelOf(page).getByText(words)).toBeVisible();
  expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('syncline.draft')))).toEqual([]);
});

test('j and k move the open exception along, and every key is for the row that is outlined', async ({ open, url }) => {
  const page = await open('anna');
  const [first, second, third] = (await queue(page, url, 3)) as [Shipment, Shipment, Shipment];
  await linkOf(page, first).click();
  await expect(panelOf(page)).toContainText(first.number);
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await expect(panelOf(page)).toContainText(third.number);
  await expect(rowOf(page, third)).toHaveAttribute('aria-current', 'true');
  await expect(linkOf(page, third)).toBeFocused();
  await page.keyboard.press('k');
  await expect(panelOf(page)).toContainText(second.number);
  await page.keyboard.press('a');
  await expect(rowOf(page, second)).toContainText('anna');
  await page.keyboard.press('e');
  await expect(ending(page)).toBeFocused();
  await page.keyboard.type('papers sent, as agreed');
  await page.keyboard.press('Enter');
  await expect(rowOf(page, second)).toContainText('Resolved by anna: papers sent, as agreed');
  await expect(rowOf(page, first)).toContainText('Nobody');
  await expect(rowOf(page, third)).toContainText('Nobody');

  // A row that has only the focus is the target, too, and opens.
  await linkOf(page, first).focus();
  await page.keyboard.press('c');
  await expect(panelOf(page)).toContainText(first.number);
  await expect(panelOf(page).getByLabel('Note')).toBeFocused();
});

test('what is typed while an exception opens goes into the field that was wanted', async ({ open, url }) => {
  const page = await open('anna');
  const [first] = (await queue(page, url, 2)) as [Shipment, Shipment];
  await page.locator('main').focus();
  await page.keyboard.press('j');
  await expect(linkOf(page, first)).toBeFocused();
  await page.keyboard.type('echecked with carrier');
  await expect(ending(page)).toHaveValue('checked with carrier');
  await expect(panelOf(page).getByLabel('Note')).toHaveValue('');
  await expect(ending(page)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(rowOf(page, first)).toContainText('Resolved by anna: checked with carrier');
});

test('after an exception is resolved the next one is open, until none is left', async ({ open, url }) => {
  const page = await open('anna');
  const [first, second] = (await queue(page, url, 2)) as [Shipment, Shipment];
  await linkOf(page, first).click();
  const heading = panelOf(page).getByRole('heading', { level: 2 });
  await expect(heading).toBeFocused();
  for (const shipment of [first, second]) {
    await expect(panelOf(page)).toContainText(shipment.number);
    await page.keyboard.press('e');
    await expect(ending(page)).toBeFocused();
    await page.keyboard.type('papers sent');
    await page.keyboard.press('Enter');
    await expect(rowOf(page, shipment)).toContainText('Resolved by anna: papers sent');
    await expect(heading).toBeFocused();
  }
  await expect(panelOf(page)).toContainText(second.number);
});

test('with rows chosen every key is for all of them', async ({ open, url }) => {
  const page = await open('anna');
  const shipments = await queue(page, url, 3);
  await linkOf(page, shipments[0]!).focus();
  await page.keyboard.press('x');
  await page.keyboard.press('Shift+J');
  await expect(page.getByText('2 chosen')).toBeVisible();
  await page.keyboard.press('a');
  await expect(page.getByText('2 exceptions taken')).toBeVisible();
  await expect(rowOf(page, shipments[2]!)).toContainText('Nobody');
  for (const shipment of shipments.slice(0, 2)) await expect(rowOf(page, shipment)).toContainText('anna');

  for (const shipment of shipments.slice(0, 2)) await rowOf(page, shipment).getByRole('checkbox').check();
  await linkOf(page, shipments[0]!).focus();
  await page.keyboard.press('e');
  await page.keyboard.type('a strike is over');
  await page.keyboard.press('Enter');
  await expect(page.getByText('2 exceptions resolved')).toBeVisible();
  for (const shipment of shipments.slice(0, 2)) {
    await expect(rowOf(page, shipment)).toContainText('Resolved by anna: a strike is over');
  }
  await expect(rowOf(page, shipments[2]!)).toContainText('Nobody');
});

test('Escape closes the list of keys first', async ({ open, url }) => {
  const page = await open('anna');
  const [shipment] = (await queue(page, url, 1)) as [Shipment];
  await linkOf(page, shipment).click();
  await expect(panelOf(page)).toContainText(shipment.number);
  await page.keyboard.press('?');
  await expect(page.getByLabel('Single keys do this')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByLabel('Single keys do this')).toBeHidden();
  await expect(panelOf(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(panelOf(page)).toHaveCount(0);
});

test('half a note outlives another row, a reload and the way back', async ({ open, url }) => {
  const page = await open('anna');
  const [first, second] = (await queue(page, url, 2)) as [Shipment, Shipment];
  await linkOf(page, first).click();
  const note = panelOf(page).getByLabel('Note');
  await note.click();
  await page.keyboard.type('Half a note');
  await linkOf(page, second).click();
  await expect(panelOf(page)).toContainText(second.number);
  await expect(note).toHaveValue('');
  await page.goBack();
  await expect(note).toHaveValue('Half a note');
  await page.reload();
  await live(page);
  await expect(note).toHaveValue('Half a note');
  await note.press('Enter');
  await expect(panelOf(page).getByRole('list', { name: 'History' })).toContainText('Half a note');
  await expect(note).toHaveValue('');
  await page.reload();
  await live(page);
  await expect(note).toHaveValue('');
});

test.describe('what does not reach the server', () => {
  test.use({ toleratedErrors: ['ERR_INTERNET_DISCONNECTED', 'WebSocket is already in CLOSING or CLOSED state'] });

  test('is said in a person’s words, until there is a connection again', async ({ open, url }) => {
    const page = await open('anna');
    const wire = await Wire.to(page);
    const [shipment] = (await queue(page, url, 1)) as [Shipment];
    await page.context().setOffline(true);
    await wire.cut();
    await rowOf(page, shipment).getByRole('button', { name: /^Take/ }).click();
    await expect(page.getByRole('alert').filter({ hasText: shipment.number })).toContainText('not sent, there is no connection');
    await linkOf(page, shipment).click();
    await expect(panelOf(page)).toContainText('Sorry: there is no connection to the server.');
    await page.context().setOffline(false);
    wire.mend();
    await live(page);
    await expect(page.getByRole('alert')).toHaveCount(0);
    await expect(panelOf(page)).not.toContainText('Sorry');
    await expect(panelOf(page)).toContainText('Find out which papers are missing');
  });
});

test('an exception of a feed that is opened during a cut hides none that came meanwhile', async ({ open, url }) => {
  const page = await open('anna');
  const wire = await Wire.to(page);
  // The ERP says what is not its to say: a feed's exception.
  const stray = await Shipment.planned(url, CARLAS);
  const claim = event('erp', 'stop.delivered', stray.number, { stop: '2' });
  await deliver(url, 'erp', claim).catch(() => undefined);
  await goLive(page, '/desk');
  const feed = page.locator('.exception-link', { hasText: /conflict/i }).first();
  await expect(feed).toBeVisible();
  const known = async () => Number(await page.locator('[data-open]').getAttribute('data-open'));
  await wire.cut();
  const held = await Promise.all([1, 2, 3].map(() => Shipment.planned(url, CARLAS)));
  for (const shipment of held) await shipment.held();
  await feed.click();
  await expect(panelOf(page).getByRole('heading', { name: 'History' })).toBeVisible();
  await expect(panelOf(page)).not.toContainText('Loading');
  wire.mend();
  await live(page);
  await page.getByRole('button', { name: /\d+ new/ }).click();
  for (const shipment of held) await expect(rowOf(page, shipment).first()).toBeVisible();
  const fresh = await open('anna');
  await goLive(fresh, '/desk');
  const count = async () => Number(await fresh.locator('[data-open]').getAttribute('data-open'));
  await expect.poll(async () => (await known()) - (await count())).toBe(0);
});
