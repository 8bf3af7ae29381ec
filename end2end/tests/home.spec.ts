import { expect, hydrated, test } from '../fixtures.ts';

test('the front door renders on the server and comes alive in the browser', async ({ page, request }) => {
  const html = await (await request.get('/', { headers: { accept: 'text/html' } })).text();
  expect(html).toContain('<h1');

  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await hydrated(page);
});

test('the bundle comes packed, under an address that may be kept for good', async ({ page, request }) => {
  const bundle = page.waitForResponse((response) => response.url().endsWith('.wasm'));
  await page.goto('/');
  const wasm = await bundle;
  expect(wasm.headers()['content-type']).toBe('application/wasm');
  expect(['br', 'gzip']).toContain(wasm.headers()['content-encoding']);

  const tag = wasm.headers()['etag'];
  const again = await request.get(wasm.url(), {
    headers: { 'if-none-match': tag, 'accept-encoding': wasm.headers()['content-encoding'] },
  });
  expect(again.status()).toBe(304);
});
