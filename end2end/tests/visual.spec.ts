// What the main pages look like, beside how they looked when somebody last looked at them. After a change that is meant:
// `npx playwright test -c end2end/playwright.config.ts visual --update-snapshots`, then look at what changed.
import { expect, test } from '../fixtures.ts';
import type { Server } from '../server.ts';
import { openScene, openStage, SCENES } from '../stage.ts';

test.describe.configure({ mode: 'default' });

let stage: Server;
test.beforeAll(async () => {
  stage = await openStage();
});
test.afterAll(() => stage.stop());

for (const scene of SCENES) {
  test(`${scene.name} looks as it did`, async ({ browser }) => {
    test.slow();
    for (const [device, width] of [['phone', 390], ['desk', 1440]] as const) {
      for (const scheme of ['light', 'dark'] as const) {
        const page = await openScene(browser, stage.url, scene, width, scheme);
        await expect.soft(page).toHaveScreenshot(`${scene.name}-${device}-${scheme}.png`, {
          mask: scene.varies ? [page.locator(scene.varies)] : [],
        });
        await page.context().close();
      }
    }
  });
}
