import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { aVisitor } from '../support/a-visitor.ts';
import { launchChromium } from '../support/chromium.ts';

const stack = inject('stack');
let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

describe('a visitor', () => {
  test('connects, chooses an artist, loses the consent and gets it back', async () => {
    const visitor = await aVisitor(browser, stack);
    const { page, button } = visitor;
    await visitor.connect();
    expect(await visitor.latestRequest()).toMatch(
      /artists\?page=0&limit=10\s+[\d,]+\s*m?s\s+calculée\s+1[0-9]/,
    );
    expect(await page.locator('.artist').count()).toBe(10);
    expect(await page.locator('.avatar').count()).toBe(10);

    await button('Page suivante').click();
    await page.getByText('Page 2 sur 14').waitFor();
    expect(await visitor.latestRequest()).toMatch(/page=1&limit=10.*cache\s+0\s+artists; hit; ttl=\d+/s);

    const heart = page.locator('.heart').nth(2);
    const name = await heart.getAttribute('aria-label');
    await heart.click();
    await expect.poll(() => visitor.latestRequest()).toMatch(/calculée/);
    expect(await page.getByRole('button', { name: name ?? '', pressed: true }).count()).toBe(1);

    await visitor.turnSpotify('Accès révoqué');
    await button('+ 3 h').click();
    await visitor.sees('fallback_revoked');
    await page.getByText('Données du cache utilisées. Reconnectez-vous à Spotify.').waitFor();
    expect(await visitor.latestRequest()).toMatch(/cache · révoqué.*detail=SPOTIFY_TOKEN_REVOKED/s);
    await visitor.picture('revoked');

    await button('Se reconnecter à Spotify').click();
    await visitor.consent();
    await visitor.sees('fresh');
    expect(await visitor.latestRequest()).toMatch(/calculée/);
    expect(await page.getByText('Reconnectez-vous à Spotify.').count()).toBe(0);
    expect(await page.locator('.story .seen').count()).toBe(4);
    await visitor.picture('reconnected');
    expect(visitor.outside).toEqual([]);
  });

  test('keeps the list through an outage, until it is six hours old', async () => {
    const visitor = await aVisitor(browser, stack);
    const { page, button } = visitor;
    await visitor.connect();
    await visitor.turnSpotify('En panne');
    await visitor.sees('fresh');
    await button('+ 3 h').click();
    await visitor.sees('stale');
    await page.getByText('Données du cache utilisées. Spotify ne répond pas pour le moment.').waitFor();
    expect(await button('Se reconnecter à Spotify').count()).toBe(0);
    await visitor.picture('outage');

    await button('+ 3 h').click();
    await page.getByText('SPOTIFY_UNAVAILABLE').first().waitFor();
    await page.getByText('Spotify ne répond pas. Réessayez dans un instant.').waitFor();
    await visitor.picture('outage-six-hours');

    await visitor.turnSpotify('Tout va bien');
    // The service waits a while before it tries again: that passes too.
    await button('+ 1 h').click();
    await visitor.sees('fresh');
  });

  test('plays a step of the story with one press', async () => {
    const visitor = await aVisitor(browser, stack);
    await visitor.connect();
    await visitor.button(/^Faire : En panne/).click();
    await visitor.sees('stale');
  });

  test('finds everything as it was after a reload, and is another user after a change', async () => {
    const visitor = await aVisitor(browser, stack);
    const { page } = visitor;
    await visitor.connect();
    await page.reload();
    await visitor.sees('fresh');
    expect(await visitor.latestRequest()).toMatch(/cache\s+0/);
    expect(await page.locator('tr.request').count()).toBeGreaterThan(3);
    await visitor.button(/Changer d’utilisateur/).click();
    await page.getByLabel('Votre nom').waitFor();
  });
});

describe('the consent', () => {
  test('may be refused, which is taken kindly, and given later', async () => {
    const visitor = await aVisitor(browser, stack);
    await visitor.signIn();
    await visitor.button('Connecter Spotify').click();
    await visitor.consent('Refuser');
    await visitor.page.getByText('Vous avez refusé l’accès').waitFor();
    await visitor.picture('refused');
    await visitor.button('Connecter Spotify').click();
    await visitor.consent();
    await visitor.sees('fresh');
  });

  test('that was begun elsewhere is not completed, and its code stays in the address', async () => {
    const visitor = await aVisitor(browser, stack);
    await visitor.page.goto('/callback?code=a-code&state=of-another-user');
    await visitor.page.getByText('n’a pas été commencée dans cet onglet').waitFor();
    expect(visitor.page.url()).toContain('code=a-code');
  });
});

describe('the levers', () => {
  test('send a load, of which nearly all comes from the cache', async () => {
    const visitor = await aVisitor(browser, stack);
    const { page, button } = visitor;
    await visitor.connect();
    await page.getByRole('spinbutton', { name: 'Requêtes' }).fill('40');
    await button('Envoyer').click();
    const told = page.locator('tr.event', { hasText: 'Charge : 40 requêtes' });
    await told.waitFor();
    expect(await told.innerText()).toMatch(/appels à Spotify\s: 0/);
    await expect.poll(() => page.locator('.tile-value').nth(1).innerText()).not.toBe('–');
    await visitor.picture('load');
  });

  test('sweep what is older than six hours', async () => {
    const visitor = await aVisitor(browser, stack);
    await visitor.connect();
    await visitor.turnSpotify('En panne');
    await visitor.button('+ 6 h').click();
    await visitor.page.getByText('SPOTIFY_UNAVAILABLE').first().waitFor();
    await visitor.button('Nettoyer').click();
    const told = visitor.page.locator('tr.event', { hasText: /Nettoyage\s: [1-9]\d* supprimées/ });
    await told.waitFor();
  });

  test('say what is wrong when there is no copy to age', async () => {
    const visitor = await aVisitor(browser, stack);
    await visitor.signIn();
    await visitor.button('+ 1 h').click();
    await visitor.page.getByText('Il n’y a pas de copie à vieillir').waitFor();
  });
});
