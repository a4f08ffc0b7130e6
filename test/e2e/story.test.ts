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
    await expect.poll(() => page.locator('.story .seen').count()).toBe(4);
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

  test('plays the story to its good end: all well again, and nearly everything out of the cache', async () => {
    const visitor = await aVisitor(browser, stack);
    const { page, button } = visitor;
    const ticked = (step: string) =>
      expect.poll(() => page.locator('.story .seen', { hasText: step }).count()).toBe(1);
    await visitor.connect();
    await ticked('la liste est calculée');
    await button('Actualiser').click();
    await expect.poll(() => visitor.latestRequest()).toMatch(/cache/);
    // The same page again is no page turned.
    expect(await page.locator('.story .seen').count()).toBe(1);
    await button('Page suivante').click();
    await ticked('Tournez une page');
    await button(/^Faire : Révoqué/).click();
    await ticked('Révoqué, + 3 h');
    await button('Se reconnecter à Spotify').click();
    await visitor.consent();
    await ticked('Reconnectez-vous');
    await button(/^Faire : En panne/).click();
    await ticked('En panne, + 3 h');
    await button(/^Faire : Tout va bien/).click();
    await ticked('Tout va bien à nouveau');
    await visitor.sees('fresh');
    await button(/^Faire : Une charge/).click();
    await ticked('Une charge');
    expect(await page.locator('.story li:not(.seen)').count()).toBe(0);
    await expect
      .poll(async () =>
        Number.parseFloat((await page.locator('.tile-value').first().innerText()).replace(',', '.')),
      )
      .toBeGreaterThan(95);
    await visitor.picture('good-end');
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

describe('looking inside', () => {
  test('a request tells what went over the wire, and what it took behind the gateway', async () => {
    const visitor = await aVisitor(browser, stack);
    const { page, button } = visitor;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await visitor.connect();
    const request = page.locator('tr.request:not(.request-other) button').first();
    await request.click();
    const details = page.getByRole('dialog', { name: 'Une requête' });
    await details.getByText('/v1/me/tracks').first().waitFor();
    const text = await details.innerText();
    expect(text).toMatch(/cache-status\s+artists; fwd=miss; stored/);
    expect(text).toMatch(/"cache_status": "fresh"/);
    expect(text).toMatch(/get-artists/);
    expect(text).toMatch(/lecture\s: \d+, écriture\s: \d+/);
    expect(text).toMatch(/pour un million de telles requêtes/);
    expect(text).toMatch(/REPORT RequestId/);
    expect(text).not.toMatch(/eyJ[\w-]+\.eyJ/);
    await details.getByRole('button', { name: 'Copier en curl' }).click();
    await page.getByText('La commande curl est dans le presse-papiers.').waitFor();
    const copied = (await page.evaluate('navigator.clipboard.readText()')) as string;
    expect(copied).toMatch(/^curl -i 'http.*\/api\/user\/artists\?page=0&limit=10'/);
    expect(copied).toMatch(/authorization: Bearer eyJ/);
    await page.keyboard.press('Escape');
    await details.waitFor({ state: 'detached' });
    // Back to where the person was.
    expect(await page.evaluate(`document.activeElement.closest('tr')?.className`)).toMatch(/^request /);
    expect(await button('Actualiser').isEnabled()).toBe(true);
  });

  test('the stored entry shows its chunks, its fence and its age; after a disconnect only the fence', async () => {
    const visitor = await aVisitor(browser, stack);
    const { page, button } = visitor;
    await visitor.connect();
    await button('+ 1 h').click();
    await page.getByText('1 h 00 min').first().waitFor();
    await button('Voir la copie').click();
    const details = page.getByRole('dialog', { name: 'La copie en réserve' });
    const text = await details.innerText();
    expect(text).toContain(`user_artists:${visitor.user}`);
    expect(text).toMatch(/Âge\s+1 h 00 min/);
    expect(text).toMatch(/Morceaux\s+\d+\s: [\d,]+\sKio \+/);
    expect(text).toMatch(/all_artists\s+binaire/);
    await details.getByRole('button', { name: 'Fermer' }).click();

    await button('Synchroniser').click();
    await page.locator('tr.event', { hasText: /Écoutes nouvelles/ }).waitFor();
    await button('Déconnecter').click();
    await button('Connecter Spotify').waitFor();
    await button('Voir la copie').click();
    await details.getByText('aucune liste').waitFor();
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
