import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import type { StackUrls } from './a-user.ts';

/** Kept where the tests run, never committed. */
const ARTIFACTS = join(import.meta.dirname, '../artifacts');

export type Visitor = Awaited<ReturnType<typeof aVisitor>>;

/** A visitor who opens the console page in a browser that knows nothing yet; French and of desktop width unless told. */
export async function aVisitor(browser: Browser, stack: StackUrls, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({
    baseURL: stack.apiUrl,
    locale: 'fr-FR',
    viewport: { width: 1440, height: 900 },
    ...options,
  });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const outside = outsideRequests(page, stack);
  const user = `visitor-${randomUUID().slice(0, 8)}`;
  const button = (name: string | RegExp) =>
    page.getByRole('button', { name, exact: typeof name === 'string' });
  /** Of the last reply that the phone shows. */
  const status = () => page.locator('.badge').getAttribute('data-status');

  return {
    page,
    user,
    /** Requests that left for another host than those of the stack. */
    outside,
    button,
    async signIn(): Promise<void> {
      await page.goto('/');
      await page.getByLabel(/^(Votre nom|Your name)$/).fill(user);
      await page.locator('form.welcome button').click();
      await button(/^(Connecter Spotify|Connect Spotify)$/).waitFor();
    },
    /** Over Spotify's page and back. */
    async consent(decision: 'Accepter' | 'Refuser' | 'Accept' = 'Accepter'): Promise<void> {
      await page.waitForURL(`${stack.spotifyUrl}/authorize?**`);
      await button(decision).click();
      await page.waitForURL(`${stack.apiUrl}/`);
    },
    /** Signed in and connected, with the first page of the list. */
    async connect(): Promise<void> {
      await this.signIn();
      await button('Connecter Spotify').click();
      await this.consent();
      await this.sees('fresh');
    },
    /** Waits until the phone says so. */
    async sees(cacheStatus: 'fresh' | 'stale' | 'fallback_revoked'): Promise<void> {
      await page.locator(`.badge-${cacheStatus}`).waitFor();
      expect(await status()).toBe(cacheStatus);
    },
    /** What the table says of the latest request for the list. */
    latestRequest: () => page.locator('tr.request:not(.request-other)').first().innerText(),
    /** Chooses how Spotify behaves from now on. */
    async turnSpotify(mode: string): Promise<void> {
      await page.getByRole('radio', { name: mode, exact: true }).click();
      await page
        .locator('tr.event', { hasText: `Spotify : ${mode}` })
        .first()
        .waitFor();
    },
    async picture(name: string): Promise<void> {
      mkdirSync(ARTIFACTS, { recursive: true });
      await page.screenshot({ path: join(ARTIFACTS, `${name}.png`), animations: 'disabled' });
    },
  };
}

function outsideRequests(page: Page, { apiUrl, spotifyUrl }: StackUrls): string[] {
  const own = new Set([new URL(apiUrl).origin, new URL(spotifyUrl).origin]);
  const outside: string[] = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    // `data:` and `blob:` are in the page already.
    if (/^(https?|wss?):$/.test(url.protocol) && !own.has(url.origin)) outside.push(request.url());
  });
  return outside;
}
