// The pictures of the README.
import { resolve } from 'node:path';
import { test } from '@playwright/test';
import { openScene, openStage, SCENES } from '../stage.ts';

const PICTURES: [scene: string, width: number, scheme: 'light' | 'dark'][] = [
  ['desk', 1440, 'light'],
  ['exception', 1440, 'dark'],
  ['kpis', 1440, 'light'],
  ['shipments', 1440, 'light'],
  ['shipment', 390, 'dark'],
];

test('the README’s pictures', async ({ browser }) => {
  const stage = await openStage();
  try {
    for (const [name, width, scheme] of PICTURES) {
      const scene = SCENES.find((scene) => scene.name === name);
      if (!scene) throw new Error(`there is no scene ${name}`);
      const page = await openScene(browser, stage.url, scene, width, scheme);
      await page.screenshot({ path: resolve(import.meta.dirname, `../screenshots/${name}.png`), animations: 'disabled' });
      await page.context().close();
    }
  } finally {
    await stage.stop();
  }
});
