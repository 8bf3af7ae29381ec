// Exceptions are work: approval by a second person, a customer's case answered live, handing over, time left ticking.
import { expect, goLive, test } from '../fixtures.ts';
import { CARLAS, event, type Receipt, Shipment } from '../freight.ts';
import { post } from '../server.ts';

test('a customer opens a case, the desk answers it, and each reads the other at once', async ({ open, url }) => {
  const shipment = await Shipment.planned(url, CARLAS);
  const question = `Which dock is it? ${Math.random().toString(36).slice(2, 8)}`;
  const [carla, anna] = [await open('carla'), await open('anna')];
  await goLive(carla, shipment.path);
  await carla.getByText('Open a case').click();
  await carla.getByLabel('What is it about?').selectOption('Question');
  await carla.getByLabel('What do you want to tell us?').fill(question);
  await carla.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(carla.getByRole('heading', { name: 'Open case' })).toBeVisible();
  await expect(carla.getByText(question)).toBeVisible();

  await goLive(anna, `/desk?q=${shipment.number}`);
  await anna.locator('.exception-link', { hasText: 'Customer waits' }).click();
  const panel = anna.getByRole('region', { name: 'Selected exception' });
  await expect(panel.getByText(question).first()).toBeVisible();
  await panel.getByLabel('Answer').fill('Dock 7, from the north.');
  await panel.getByRole('button', { name: 'Send', exact: true }).click();
  // Carla reads it without doing anything, and not who wrote it.
  await expect(carla.getByText('Dock 7, from the north.')).toBeVisible();
  await expect(carla.getByText('Service desk').first()).toBeVisible();
  await expect(carla.getByText('anna')).toHaveCount(0);
  await expect(panel.getByText('Closed: the customer waits no more')).toBeVisible();
});

test('what needs a second person is decided by a manager, and not by who asked', async ({ open, url }) => {
  const shipment = await Shipment.planned(url, CARLAS);
  await shipment.left();
  await shipment.delivered();
  await shipment.provenShort();
  const [amir, mona] = [await open('amir'), await open('mona')];
  await goLive(amir, `/desk?q=${shipment.number}`);
  await amir.locator('.exception-link', { hasText: 'Delivery discrepancy' }).click();
  const panel = amir.getByRole('region', { name: 'Selected exception' });
  await panel.getByText(/^Ask to let the invoice of .* go$/).click();
  await panel.getByLabel('Why').first().fill('the carton was found');
  await panel.getByRole('button', { name: 'Ask', exact: true }).first().click();
  await expect(panel.getByText('You asked: a manager other than you decides.')).toBeVisible();

  await goLive(mona, `/desk?with=approval&q=${shipment.number}`);
  await mona.locator('.exception-link', { hasText: 'Delivery discrepancy' }).click();
  const hers = mona.getByRole('region', { name: 'Selected exception' });
  await hers.getByLabel('Why').first().fill('agreed with the customer');
  await hers.getByRole('button', { name: 'Approve', exact: true }).click();
  await expect(hers.getByText(/mona approved it: agreed with the customer/).first()).toBeVisible();
  // Amir's page says so by itself; and the invoice may leave.
  await expect(panel.getByText(/mona approved it/).first()).toBeVisible();
  const carla = await open('carla');
  await goLive(carla, shipment.path);
  await expect(carla.getByText('Invoice: may be written')).toBeVisible();
});

test('an agent hands over, snoozes until news, and resolves with whose it was', async ({ open, url }) => {
  const shipment = await Shipment.planned(url, CARLAS);
  await shipment.left();
  await shipment.held();
  const page = await open('anna');
  await goLive(page, `/desk?q=${shipment.number}`);
  await expect(page.getByText(/to answer$|over$/).first()).toBeVisible();
  await page.locator('.exception-link', { hasText: 'Customs hold' }).click();
  const panel = page.getByRole('region', { name: 'Selected exception' });
  await panel.getByText('Hand over', { exact: true }).first().click();
  await panel.getByRole('combobox', { name: /^To/ }).selectOption('amir');
  await panel.getByRole('button', { name: 'Hand over' }).click();
  await expect(panel.getByText('assigned it to amir')).toBeVisible();
  await panel.getByText('Snooze until the carrier tells something').click();
  await panel.getByRole('button', { name: 'Let it sleep' }).click();
  await expect(panel.getByText('snoozed it until the carrier tells something')).toBeVisible();
  await shipment.seen('Calais', 50.95, 1.86);
  await expect(panel.locator('dt', { hasText: 'Snoozed until' })).toHaveCount(0);
  await panel.getByText('Resolve with whose it was and why').click();
  await panel.getByLabel('What was done').fill('papers sent');
  await panel.getByLabel('Responsible').selectOption('Customs or authorities');
  await panel.getByLabel('Root cause').selectOption('Papers');
  await panel.getByRole('button', { name: 'Resolve so' }).click();
  await expect(panel.getByText('resolved it: papers sent (Customs or authorities, Papers)')).toBeVisible();
});

test('a claim of a source that does not own it changes nothing until a second person has it taken in', async ({ open, url }) => {
  const shipment = await Shipment.planned(url, CARLAS);
  await shipment.left();
  const claim = event('erp', 'stop.delivered', shipment.number, { stop: '2' });
  const answer = (await (await post(url, 'erp', JSON.stringify([claim]))).json()) as Receipt;
  expect(answer.quarantined).toBe(1);

  const [anna, mona] = [await open('anna'), await open('mona')];
  await goLive(anna, '/desk?rule=authority_conflict');
  await anna.locator('.exception-link', { hasText: 'Authority conflict' }).click();
  const panel = anna.getByRole('region', { name: 'Selected exception' });
  const ask = `Ask to take in stop.delivered of ${shipment.number}`;
  await panel.getByText(ask).click();
  const form = panel.locator('details', { hasText: ask });
  await form.getByLabel('Why').fill('the TMS has lost it, the paper is here');
  await form.getByRole('button', { name: 'Ask', exact: true }).click();
  await expect(panel.getByText('You asked: a manager other than you decides.')).toBeVisible();

  await goLive(mona, '/desk?with=approval&rule=authority_conflict');
  await mona.locator('.exception-link', { hasText: 'Authority conflict' }).click();
  const hers = mona.getByRole('region', { name: 'Selected exception' });
  await hers.getByLabel('Why').first().fill('seen the paper');
  await hers.getByRole('button', { name: 'Approve', exact: true }).click();
  await expect(hers.getByText('approved it: seen the paper')).toBeVisible();

  await goLive(anna, shipment.path);
  await expect(anna.getByText('Delivered, awaiting confirmation').first()).toBeVisible();
});

test.describe(() => {
  // What is refused is an answer like any other; the browser notes it as an error.
  test.use({ toleratedErrors: ['status of 422', 'status of 409'] });

  test('an admin changes the rules: what is wrong is named, what is written stays, and who is slower is told', async ({ open }) => {
    const [ada, other] = [await open('ada'), await open('ada')];
    for (const page of [ada, other]) {
      await page.goto('/admin');
      await page.getByText('Change the rules').click();
      await expect(page.getByLabel('The rules file')).toHaveValue(/"version": 2,/);
    }
    const file = ada.getByLabel('The rules file');
    const usual = JSON.parse(await file.inputValue());
    const reason = 'Nobody waits longer than ninety minutes at a dock';
    const special = [{ when: { carrier: 'NOBODY' }, limits: { dwell_minutes: 0 } }];
    const put = (page: typeof ada, changed: object) => page.getByLabel('The rules file').fill(JSON.stringify({ ...usual, reason, ...changed }, null, 2));
    await put(ada, { special });
    await ada.getByRole('button', { name: 'Only check' }).click();
    await expect(ada.getByRole('alert')).toHaveText('special[0]: `dwell_minutes` is 0: state 1 to 43200');
    await expect(file).toHaveValue(/"dwell_minutes": 0/);
    special[0].limits.dwell_minutes = 90;
    await put(ada, { special });
    await ada.getByRole('button', { name: 'Only check' }).click();
    await expect(ada.getByText('Nothing is wrong with it. It would be version 2.')).toBeVisible();
    await expect(ada.getByText('Version 1, as Syncline comes. Nobody has changed it.')).toBeVisible();
    await ada.getByRole('button', { name: 'Put in force' }).click();
    await expect(ada.getByText(/^Version 2, put in force by ada/)).toBeVisible();
    await expect(ada.getByRole('row', { name: /Free time of a truck at a stop/ })).toContainText('carrier NOBODY: 1 h 30 min');

    await put(other, { special: [] });
    await other.getByRole('button', { name: 'Put in force' }).click();
    await expect(other.getByRole('alert')).toContainText('version 2 of the rules file is in force, so the next is 3, not 2');
  });
});

test.describe('a choice that is refused first', () => {
  test.use({ toleratedErrors: ['422 (Unprocessable Entity)'] });

  test('somebody chooses what they are told, and finds it so the next time', async ({ open }) => {
    const page = await open('casper');
    await goLive(page, '/shipments');
    await page.getByRole('link', { name: 'Casper' }).click();
    await expect(page.getByRole('heading', { name: 'Notifications', exact: true })).toBeVisible();
    await page.getByLabel('Later than promised by webhook').selectOption('Once a day');
    await page.getByLabel('Quiet from').selectOption('21:00');
    await page.getByLabel('Quiet until').selectOption('06:00');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText('has nowhere to go')).toBeVisible();
    await page.goBack();
    await page.getByLabel('Webhook address').fill('https://hooks.casper.test/syncline');
    await page.getByLabel('Later than promised by webhook').selectOption('Once a day');
    await page.getByLabel('Quiet from').selectOption('21:00');
    await page.getByLabel('Quiet until').selectOption('06:00');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('heading', { name: 'Notifications', exact: true })).toBeVisible();
    await page.reload();
    await expect(page.getByLabel('Later than promised by webhook')).toHaveValue('daily');
    await expect(page.getByLabel('Later than promised by mail')).toHaveValue('');
    await expect(page.getByLabel('Quiet from')).toHaveValue('21');
    await page.getByText('The secret that its messages are signed with').click();
    await expect(page.getByText(/whsec_/)).toBeVisible();
  });
});
