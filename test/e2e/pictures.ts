import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { startLocalStack } from '../../infra/local/stack.ts';
import { launchChromium } from '../support/chromium.ts';

/*
 * Makes the pictures of the README: the console page with a story to tell, in two languages and two themes.
 *
 *   npm run pictures
 */

const DOCS = join(import.meta.dirname, '../../docs');

const PICTURES = [
  { name: 'console-en-light', colorScheme: 'light', locale: 'en-GB' },
  { name: 'console-en-dark', colorScheme: 'dark', locale: 'en-GB' },
  { name: 'console-fr-light', colorScheme: 'light', locale: 'fr-FR' },
  { name: 'console-fr-dark', colorScheme: 'dark', locale: 'fr-FR' },
] as const;

async function connect(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.locator('form.welcome button').click();
  await page.locator('.welcome .main:not([type=submit])').click();
  await page.locator('button[value="1"]').click();
  await page.locator('.artist').first().waitFor();
}

async function load(page: Page, requests: number): Promise<void> {
  await page.locator('.rows input').fill(String(requests));
  await page.locator('.rows form button').click();
  await page.locator('progress').waitFor();
  await page.locator('progress').waitFor({ state: 'detached' });
}

/** To the page that begins with this rank. */
async function turnTo(page: Page, direction: 'first' | 'last', rank: number): Promise<void> {
  await page.locator('.pager button')[direction]().click();
  await page
    .locator('.rank')
    .first()
    .filter({ hasText: new RegExp(`^${rank}$`) })
    .waitFor();
}

/** Warm, as a service is; then a little of everything, up to the moment when the consent is gone. */
async function tellTheStory(page: Page): Promise<void> {
  await load(page, 60);
  await page.locator('.requests-head button').click();
  await page.locator('.heart').nth(1).click();
  await page.locator('.request-miss').first().waitFor();
  await turnTo(page, 'last', 11);
  await turnTo(page, 'first', 1);
  await load(page, 60);
  await page.locator('.story button').nth(1).click();
  await page.locator('.badge-stale').waitFor();
  await page.locator('.mode-ok').click();
  await page.locator('.hours button').first().click();
  await page.locator('.badge-fresh').waitFor();
  await load(page, 30);
  await page.locator('.story button').first().click();
  await page.locator('.badge-fallback_revoked').waitFor();
  await turnTo(page, 'last', 11);
  await turnTo(page, 'first', 1);
  // The last figures of the fleet, and nothing in front of the page.
  await page.waitForTimeout(7000);
}

async function main(): Promise<void> {
  const browser = await launchChromium();
  for (const { name, ...look } of PICTURES) {
    const stack = await startLocalStack({ record: true });
    const context = await browser.newContext({ ...look, viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    await connect(page, stack.apiUrl);
    await tellTheStory(page);
    await page.mouse.move(0, 0);
    await page.screenshot({ path: join(DOCS, `${name}.png`), animations: 'disabled' });
    await context.close();
    await stack.close();
  }
  await browser.close();
}

await main();
