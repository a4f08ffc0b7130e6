import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { aVisitor, type Visitor } from '../support/a-visitor.ts';
import { launchChromium } from '../support/chromium.ts';

const stack = inject('stack');
let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

const WIDTHS = [390, 820, 1440] as const;
const THEMES = ['light', 'dark'] as const;

/** What axe finds wrong on the page as it is now. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run()')) as axe.AxeResults;
  return violations.map(
    ({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
  );
}

/** Looks at a state at every width and in both themes, and keeps a picture of each. */
async function look(visitor: Visitor, name: string): Promise<void> {
  const { page } = visitor;
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      expect(await violations(page), `${name} at ${width} px, ${colorScheme}`).toEqual([]);
      const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect(overflow, `${name} at ${width} px is wider than the page`).toBeLessThanOrEqual(0);
      await visitor.picture(`${name}-${width}-${colorScheme}`);
    }
  }
}

describe('axe finds nothing wrong', () => {
  test('before anybody has signed in, nor when nothing is connected', async () => {
    const visitor = await aVisitor(browser, stack);
    await visitor.page.goto('/');
    await visitor.page.getByLabel('Votre nom').waitFor();
    await look(visitor, 'signed-out');
    await visitor.signIn();
    await look(visitor, 'not-connected');
  });

  test('with the list, its warnings, and without it', async () => {
    const visitor = await aVisitor(browser, stack);
    await visitor.connect();
    await look(visitor, 'fresh');
    await visitor.button(/^Faire : Révoqué/).click();
    await visitor.sees('fallback_revoked');
    await look(visitor, 'revoked');
    await visitor.button('+ 3 h').click();
    await visitor.page.getByText('SPOTIFY_TOKEN_REVOKED').first().waitFor();
    await look(visitor, 'no-list');
  });

  test('over the page, with a request or the stored entry', async () => {
    const visitor = await aVisitor(browser, stack);
    await visitor.connect();
    await visitor.page.locator('tr.request button').first().click();
    await visitor.page.getByRole('dialog').getByText('REPORT').waitFor();
    await look(visitor, 'request');
    await visitor.page.keyboard.press('Escape');
    await visitor.button('Voir la copie').click();
    await visitor.page.getByRole('dialog').waitFor();
    await look(visitor, 'entry');
  });

  test('on the page of consent', async () => {
    const visitor = await aVisitor(browser, stack);
    await visitor.signIn();
    await visitor.button('Connecter Spotify').click();
    await visitor.page.waitForURL(/authorize/);
    await look(visitor, 'consent');
  });
});

describe('the page', () => {
  test('works by keyboard alone, from the name to the list', async () => {
    const visitor = await aVisitor(browser, stack);
    const { page } = visitor;
    await page.goto('/');
    await tabTo(page, 'user');
    await page.keyboard.press('Enter');
    await visitor.button('Connecter Spotify').waitFor();
    await tabTo(page, 'Connecter Spotify');
    await page.keyboard.press('Enter');
    await page.waitForURL(/authorize/);
    await tabTo(page, 'Accepter');
    await page.keyboard.press('Enter');
    await visitor.sees('fresh');
    await tabTo(page, 'Page suivante');
    await page.keyboard.press('Enter');
    await page.getByText('Page 2 sur 14').waitFor();
    // What has the focus keeps it while the page is drawn anew.
    expect(await focused(page)).toContain('Page suivante');
    await tabTo(page, 'mode');
    await page.keyboard.press('ArrowRight');
    await page.locator('tr.event', { hasText: 'Spotify : Accès révoqué' }).waitFor();
  });

  test('speaks English to who prefers it, the service too, and changes at a press', async () => {
    const visitor = await aVisitor(browser, stack, { locale: 'en-GB' });
    const { page } = visitor;
    await visitor.signIn();
    await visitor.button('Connect Spotify').click();
    await visitor.consent('Accept');
    await visitor.sees('fresh');
    await visitor.button(/^Do it : Revoked/).click();
    await page.getByText('Cached data is shown. Please reconnect to Spotify.').waitFor();
    expect(await page.getAttribute('html', 'lang')).toBe('en');
    await page.getByRole('radio', { name: 'FR' }).click();
    await page.getByText('Données du cache utilisées. Reconnectez-vous à Spotify.').waitFor();
    expect(await page.getAttribute('html', 'lang')).toBe('fr');
    await page.reload();
    await visitor.button('Se reconnecter à Spotify').waitFor();
  });

  test('keeps the theme that was chosen', async () => {
    const visitor = await aVisitor(browser, stack, { colorScheme: 'light' });
    const { page } = visitor;
    await page.goto('/');
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    await page.getByLabel('Votre nom').waitFor();
    const light = await ground();
    await page.getByRole('radio', { name: 'Sombre' }).click();
    await expect.poll(ground).not.toBe(light);
    const dark = await ground();
    await page.reload();
    await page.getByLabel('Votre nom').waitFor();
    await expect.poll(ground).toBe(dark);
  });

  test('says so when nothing answers any more, and goes on when it does again', async () => {
    const visitor = await aVisitor(browser, stack);
    const { page, button } = visitor;
    await visitor.connect();
    await page.route('**/api/**', (route) => route.abort());
    await button('Actualiser').click();
    await page.getByText('L’application ne répond pas.').waitFor();
    await visitor.picture('no-answer');
    await page.unroute('**/api/**');
    await button('Réessayer').click();
    await visitor.sees('fresh');
  });

  test('has no levers on the real Spotify, and says why', async () => {
    const visitor = await aVisitor(browser, stack);
    const { page } = visitor;
    await page.route(`${stack.apiUrl}/`, async (route) => {
      const reply = await route.fetch();
      const body = (await reply.text()).replace(`content="${stack.spotifyUrl}"`, 'content=""');
      await route.fulfill({ response: reply, body });
    });
    await visitor.signIn();
    await page.getByText('Le vrai Spotify répond').waitFor();
    expect(await page.getByRole('radio', { name: 'En panne' }).count()).toBe(0);
    await visitor.picture('real-spotify');
  });

  test('of the API is dark where the console is, knows who is signed in, and leads back', async () => {
    const visitor = await aVisitor(browser, stack);
    const { page } = visitor;
    await visitor.signIn();
    await page.getByRole('radio', { name: 'Sombre' }).click();
    await page.getByRole('link', { name: 'L’API' }).click();
    await page.getByText(`Signed in: ${visitor.user}, with the scope cache:stats`).waitFor();
    const ground = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(ground).toBe('rgb(20, 23, 26)');
    await visitor.picture('docs-dark');
    await page.getByRole('link', { name: 'Console' }).click();
    await visitor.button('Connecter Spotify').waitFor();
  });

  test('asks nothing of another host, whatever it shows; nor do the pages of consent and of the API', async () => {
    const visitor = await aVisitor(browser, stack);
    const { page } = visitor;
    await visitor.connect();
    await visitor.button('Page suivante').click();
    await page.getByText('Page 2 sur 14').waitFor();
    await page.goto('/docs');
    await page.locator('.opblock').first().waitFor();
    expect(visitor.outside).toEqual([]);
  });

  test('may not be framed, nor run what it was not given', async () => {
    const { headers } = await fetch(stack.apiUrl);
    expect(headers.get('content-security-policy')).toBe(
      `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' ${stack.spotifyUrl}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
  });
});

/** The name of what has the focus; nothing when the page itself has it. */
const focused = (page: Page) =>
  page.evaluate(`(() => {
    const { activeElement: one, body } = document;
    return one === body ? '' : [one.getAttribute('aria-label'), one.name, one.textContent].join(' ');
  })()`) as Promise<string>;

/** Presses Tab until what has the focus is named so. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    if ((await focused(page)).includes(name)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${name}`);
}
