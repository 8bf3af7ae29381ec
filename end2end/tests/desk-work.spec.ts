// The desk as a place to work: several at once, the way back, who has what, and what stands around an exception.
import type { Page } from '@playwright/test';
import { expect, goLive, hydrated, live, test } from '../fixtures.ts';
import { CARLAS, Shipment } from '../freight.ts';
import { Wire } from '../wire.ts';

const rowOf = (page: Page, shipment: Shipment) => page.getByRole('row').filter({ hasText: shipment.number });

/** Shipments that customs holds, found in the queue by a word that only they have. */
async function heldBy(url: string, office: string, count: number): Promise<Shipment[]> {
  const shipments: Shipment[] = [];
  for (let made = 0; made < count; made += 1) {
    const shipment = await Shipment.planned(url, CARLAS);
    await shipment.left();
    await shipment.held(office);
    shipments.push(shipment);
  }
  return shipments;
}

test('an agent takes several at once, with shift, and takes it all back', async ({ open, url }) => {
  const office = `Office-${Math.random().toString(36).slice(2, 8)}`;
  const shipments = await heldBy(url, office, 3);
  const page = await open('anna');
  await goLive(page, `/desk?q=${office}`);
  const boxes = page.getByRole('checkbox', { name: /^Choose/ });
  await expect(boxes).toHaveCount(3);
  await boxes.first().click();
  await boxes.last().click({ modifiers: ['Shift'] });
  await expect(page.getByText('3 chosen')).toBeVisible();
  await page.getByRole('button', { name: 'Take', exact: true }).click();
  await expect(page.getByText('3 exceptions taken')).toBeVisible();
  for (const shipment of shipments) await expect(rowOf(page, shipment)).toContainText('anna');
  await page.keyboard.press('u');
  await expect(page.getByText('3 exceptions released')).toBeVisible();
  for (const shipment of shipments) await expect(rowOf(page, shipment)).toContainText('Nobody');
});

test('an agent resolves several at once with what was done, and reopens them all with one key', async ({ open, url }) => {
  const office = `Office-${Math.random().toString(36).slice(2, 8)}`;
  const shipments = await heldBy(url, office, 2);
  const page = await open('anna');
  await goLive(page, `/desk?q=${office}`);
  const boxes = page.getByRole('checkbox', { name: /^Choose/ });
  await expect(boxes).toHaveCount(2);
  for (const box of await boxes.all()) await box.click();
  const words = page.getByLabel('What was done about all that are chosen');
  await words.fill('the papers were handed in');
  await words.press('Enter');
  await expect(page.getByText('2 exceptions resolved')).toBeVisible();
  for (const shipment of shipments) await expect(rowOf(page, shipment)).toContainText('Resolved by anna');
  await expect(page.getByText(/\d chosen/)).toHaveCount(0);
  await page.locator('main').press('u');
  await expect(page.getByText('2 exceptions reopened')).toBeVisible();
  for (const shipment of shipments) await expect(rowOf(page, shipment)).not.toContainText('Resolved by anna');
});

test('a queue that one shares has an address under its name for every colleague, and only they or a manager forget it', async ({ open, url }) => {
  const office = `Office-${Math.random().toString(36).slice(2, 8)}`;
  const [shipment] = (await heldBy(url, office, 1)) as [Shipment];
  const [anna, amir] = [await open('anna'), await open('amir')];
  await goLive(anna, `/desk?q=${office}&group=customer`);
  await anna.getByText('Save this view').click();
  await anna.getByLabel('Name of the view').fill(office);
  await anna.getByLabel('For everybody at the desk').check();
  await anna.getByRole('button', { name: 'Save', exact: true }).click();
  const hers = anna.getByRole('navigation', { name: 'Saved views' });
  await expect(hers.getByRole('link', { name: office })).toHaveAttribute('aria-current', 'page');
  await goLive(amir, `/desk/queues/${office}`);
  await expect(amir).toHaveURL(new RegExp(`/desk\\?q=${office}&group=customer$`));
  await expect(rowOf(amir, shipment)).toHaveCount(1);
  const his = amir.getByRole('navigation', { name: 'Saved views' });
  await expect(his.getByRole('link', { name: office })).toHaveAttribute('aria-current', 'page');
  await expect(his.getByRole('button', { name: `Forget the view ${office}` })).toHaveCount(0);
  const mona = await open('mona');
  await goLive(mona, `/desk/queues/${office}`);
  await mona.getByRole('button', { name: `Forget the view ${office}` }).click();
  await expect(mona.getByRole('link', { name: office })).toHaveCount(0);
});

test('nothing is done with what is not seen, and only what is one’s own is released', async ({ open, url }) => {
  const office = `Office-${Math.random().toString(36).slice(2, 8)}`;
  const [first, second, third] = (await heldBy(url, office, 3)) as [Shipment, Shipment, Shipment];
  const [anna, amir] = [await open('anna'), await open('amir')];
  await goLive(amir, `/desk?q=${office}`);
  await rowOf(amir, first).getByRole('button', { name: /^Take/ }).click();
  await goLive(anna, `/desk?q=${office}`);
  await expect(rowOf(anna, first)).toContainText('amir');
  await rowOf(anna, second).getByRole('button', { name: /^Take/ }).click();
  await expect(rowOf(anna, second)).toContainText('anna');

  // Shift with j chooses on the way.
  await anna.locator('.exception-link').first().focus();
  await expect(anna.locator('.exception-link').first()).toBeFocused();
  await anna.keyboard.press('Shift+J');
  await expect(anna.getByText('2 chosen')).toBeVisible();
  await anna.keyboard.press('Shift+J');
  await expect(anna.getByText('3 chosen')).toBeVisible();
  await anna.getByRole('button', { name: 'Release', exact: true }).click();
  await expect(anna.getByText(`${second.number}, Customs hold: released`)).toBeVisible();
  await expect(rowOf(anna, first)).toContainText('amir');
  await expect(anna.getByText('2 chosen')).toBeVisible();

  // What a filter hides is no longer chosen.
  await anna.getByRole('link', { name: "Nobody's", exact: true }).click();
  await expect(rowOf(anna, first)).toHaveCount(0);
  await expect(anna.getByText('1 chosen')).toBeVisible();
  await anna.getByRole('button', { name: 'Take', exact: true }).click();
  await expect(anna.getByText(`${third.number}, Customs hold: taken`)).toBeVisible();
});

test('the undo of a snooze gives back the one before; snoozed ones have a list; a search stays among the closed', async ({ open, url }) => {
  const office = `Office-${Math.random().toString(36).slice(2, 8)}`;
  const [shipment] = (await heldBy(url, office, 1)) as [Shipment];
  const page = await open('anna');
  await goLive(page, `/desk?q=${office}`);
  await rowOf(page, shipment).getByRole('link', { name: 'Customs hold' }).click();
  const panel = page.getByRole('region', { name: 'Selected exception' });
  const until = panel.locator('dt', { hasText: 'Snoozed until' }).locator('+ dd');
  await panel.getByLabel('Snooze for').selectOption('4');
  await panel.getByRole('button', { name: 'Snooze', exact: true }).click();
  await expect(until).toBeVisible();
  const first = await until.innerText();
  await panel.getByLabel('Snooze for').selectOption('72');
  await panel.getByRole('button', { name: 'Snooze', exact: true }).click();
  await expect(until).not.toHaveText(first);
  await page.getByRole('button', { name: /^Undo/ }).click();
  await expect(until).toHaveText(first);

  await page.getByRole('link', { name: 'Awake', exact: true }).click();
  await expect(rowOf(page, shipment)).toHaveCount(0);
  await page.getByRole('link', { name: 'Snoozed', exact: true }).click();
  await expect(rowOf(page, shipment)).toHaveCount(1);

  await page.goto('/desk?show=closed');
  await page.getByLabel('Search the queue').fill(office);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/q=Office-.*show=closed/);
});

test.describe('a colleague who is faster', () => {
  test.use({ toleratedErrors: ['409 (Conflict)'] });

  test('is named with what they did, and the rest is done', async ({ open, url }) => {
    const office = `Office-${Math.random().toString(36).slice(2, 8)}`;
    const [first, second] = (await heldBy(url, office, 2)) as [Shipment, Shipment];
    const [anna, amir] = [await open('anna'), await open('amir')];
    // Anna's page hears nothing of what Amir does.
    const wire = await Wire.to(anna);
    await wire.cut();
    await anna.goto(`/desk?q=${office}`);
    await expect(anna.getByRole('checkbox', { name: /^Choose/ })).toHaveCount(2);
    await hydrated(anna);
    await goLive(amir, `/desk?q=${office}`);
    await rowOf(amir, first).getByRole('button', { name: /^Take/ }).click();
    await expect(rowOf(amir, first)).toContainText('amir');
    for (const box of await anna.getByRole('checkbox', { name: /^Choose/ }).all()) await box.click();
    await anna.getByRole('button', { name: 'Take', exact: true }).click();
    await expect(anna.getByRole('alert').filter({ hasText: first.number })).toContainText('amir took it');
    await expect(rowOf(anna, second)).toContainText('anna');
  });
});

test.describe('what somebody else has done since', () => {
  test.use({ toleratedErrors: ['409 (Conflict)'] });

  test('is not undone', async ({ open, url }) => {
    const office = `Office-${Math.random().toString(36).slice(2, 8)}`;
    const [shipment] = (await heldBy(url, office, 1)) as [Shipment];
    const [anna, amir] = [await open('anna'), await open('amir')];
    await goLive(anna, `/desk?q=${office}`);
    await goLive(amir, `/desk?q=${office}`);
    await rowOf(anna, shipment).getByRole('button', { name: /^Take/ }).click();
    await expect(rowOf(amir, shipment)).toContainText('anna');
    await rowOf(amir, shipment).getByRole('link', { name: 'Customs hold' }).click();
    await amir.getByRole('button', { name: 'Take over' }).click();
    await expect(rowOf(anna, shipment)).toContainText('amir');
    await anna.keyboard.press('u');
    await expect(anna.getByRole('alert').filter({ hasText: shipment.number })).toContainText('amir');
    await expect(rowOf(anna, shipment)).toContainText('amir');
  });
});

test('the queue is cut, grouped and saved in its address', async ({ open, url }) => {
  const [shipment] = (await heldBy(url, 'Calais', 1)) as [Shipment];
  const page = await open('amir');
  await goLive(page, '/desk');
  await rowOf(page, shipment).getByRole('button', { name: /^Take/ }).first().click();
  await expect(rowOf(page, shipment).first()).toContainText('amir');
  await page.getByRole('link', { name: 'Mine' }).click();
  await expect(page).toHaveURL(/with=me/);
  await page.getByRole('navigation', { name: 'Group by' }).getByRole('link', { name: 'Cause' }).click();
  await expect(page).toHaveURL(/group=rule/);
  await expect(page.getByRole('rowheader', { name: /^Customs hold, \d+$/ })).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: 'Nobody' })).toHaveCount(0);
  await page.getByText('Save this view').click();
  await page.getByLabel('Name of the view').fill('My holds');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const saved = page.getByRole('navigation', { name: 'Saved views' });
  await expect(saved.getByRole('link', { name: 'My holds' })).toHaveAttribute('aria-current', 'page');
  await page.goto('/desk');
  await saved.getByRole('link', { name: 'My holds' }).click();
  await expect(page).toHaveURL(/with=me&group=rule/);
});

test('beside an exception stands why it matters, what to do, and what the customer sees; and who else looks', async ({ open, url }) => {
  const [shipment] = (await heldBy(url, 'Dover', 1)) as [Shipment];
  const anna = await open('anna');
  await goLive(anna, '/desk');
  await rowOf(anna, shipment).getByRole('link', { name: 'Customs hold' }).click();
  const panel = anna.getByRole('region', { name: 'Selected exception' });
  await expect(panel).toContainText('Find out which papers are missing');
  await expect(panel).toContainText(CARLAS.name);
  await expect(panel).toContainText('by its rule');
  await expect(panel.getByText('On hold')).toBeVisible();
  const amir = await open('amir');
  await amir.goto(anna.url());
  await hydrated(amir);
  await expect(amir.getByText('Anna looks at this too')).toBeVisible();
  await expect(anna.getByText('Amir looks at this too')).toBeVisible({ timeout: 15_000 });

  // The messages behind the entries, as they came.
  await panel.getByText('Everything that was told of the shipment').click();
  const message = await panel.getByRole('link', { name: /the message as it came/ }).first().getAttribute('href');
  const text = await (await anna.request.get(message ?? '')).text();
  expect(text).toContain('source: tms');
  expect(text).toContain(shipment.number);

  // Through the customer's eyes: the same position, and nothing that only the house knows.
  await panel.getByRole('link', { name: `View as ${CARLAS.name}` }).click();
  await expect(anna.getByText(`You see what ${CARLAS.name} sees.`)).toBeVisible();
  const carla = await open('carla');
  await goLive(carla, shipment.path);
  await live(anna);
  await shipment.letGo('Dover');
  const position = (page: Page) => page.locator('[data-as-of]').first().getAttribute('data-as-of');
  await expect.poll(async () => (await position(anna)) === (await position(carla))).toBe(true);
  await expect(anna.getByRole('heading', { name: 'Exceptions' })).toHaveCount(0);
});

test('a customer looks through nobody else’s eyes and reads no messages', async ({ open, url }) => {
  const shipment = await Shipment.planned(url, CARLAS);
  const page = await open('carla');
  const message = await page.request.get('/messages/1');
  expect(message.status()).toBe(403);
  const answer = await page.request.post('/api/draw', {
    headers: { 'content-type': 'application/json' },
    data: { what: { seen_by: { shipment: shipment.id, customer: shipment.id } } },
  });
  expect(answer.status()).toBe(403);
});
