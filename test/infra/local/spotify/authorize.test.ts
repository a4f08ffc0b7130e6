import { describe, expect, test } from 'vitest';
import { REDIRECT_URI, startSpotify } from './spotify-harness.ts';

describe('deciding without the page', () => {
  test('approving goes back to the application with a code and its state', async () => {
    const spotify = await startSpotify();
    const answer = await spotify.authorize({ approve: '1', account: 'alice' });
    expect(answer.status).toBe(302);
    const location = new URL(answer.headers.get('location') ?? '');
    expect(location.origin + location.pathname).toBe(REDIRECT_URI);
    expect(location.searchParams.get('code')).toMatch(/^AQ[\w-]{100,}$/);
    expect(location.searchParams.get('state')).toBe('a-state');
  });

  test('refusing goes back with access_denied and the state, and no code', async () => {
    const spotify = await startSpotify();
    const answer = await spotify.authorize({ approve: '0', account: 'alice' });
    expect(answer.status).toBe(302);
    expect(answer.headers.get('location')).toBe(`${REDIRECT_URI}?error=access_denied&state=a-state`);
  });

  test('the query of the redirect URI is kept, and no state is invented', async () => {
    const spotify = await startSpotify();
    const answer = await spotify.authorize({
      approve: '0',
      state: undefined,
      redirect_uri: 'https://app.example/back?from=spotify',
    });
    expect(answer.headers.get('location')).toBe('https://app.example/back?from=spotify&error=access_denied');
  });

  test('port 80 of this machine is a port like any other, though no URL repeats it', async () => {
    const spotify = await startSpotify();
    const answer = await spotify.authorize({
      approve: '0',
      redirect_uri: 'http://127.0.0.1:80/callback',
    });
    expect(answer.headers.get('location')).toBe(
      'http://127.0.0.1/callback?error=access_denied&state=a-state',
    );
  });

  test('without a name the account is demo', async () => {
    const spotify = await startSpotify();
    const answer = await spotify.authorize({ approve: '1' });
    const code = new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
    const tokens = (await spotify.exchange(code)).json;
    expect((await spotify.api('/v1/me', tokens)).json.display_name).toBe('demo');
  });

  test('approve is 0 or 1 and nothing else', async () => {
    const spotify = await startSpotify();
    expect((await spotify.authorize({ approve: 'yes' })).status).toBe(400);
  });

  test('the page works in every mode: only then can a person reconnect', async () => {
    const spotify = await startSpotify();
    spotify.accounts.set('alice', { mode: 'down' });
    expect((await spotify.authorize({ approve: '1', account: 'alice' })).status).toBe(302);
  });
});

describe('requests refused without going back to the application', () => {
  test.each([
    ['another client', { client_id: 'another-client' }, 'INVALID_CLIENT: Invalid client'],
    ['no client', { client_id: undefined }, 'INVALID_CLIENT: Invalid client'],
    ['the implicit grant', { response_type: 'token' }, 'response_type must be code'],
    ['no redirect URI', { redirect_uri: undefined }, 'INVALID_CLIENT: Invalid redirect URI'],
    ['a relative redirect URI', { redirect_uri: '/callback' }, 'INVALID_CLIENT: Invalid redirect URI'],
    ['localhost', { redirect_uri: 'http://localhost:3000/' }, 'INVALID_CLIENT: Insecure redirect URI'],
    [
      'plain http elsewhere',
      { redirect_uri: 'http://app.example/' },
      'INVALID_CLIENT: Insecure redirect URI',
    ],
    [
      'loopback without a port',
      { redirect_uri: 'http://127.0.0.1/' },
      'INVALID_CLIENT: Insecure redirect URI',
    ],
    ['a script as redirect URI', { redirect_uri: 'javascript:1' }, 'INVALID_CLIENT: Insecure redirect URI'],
    ['a plain challenge', { code_challenge_method: 'plain' }, 'code_challenge_method must be S256'],
    [
      'a challenge without method',
      { code_challenge_method: undefined },
      'code_challenge_method must be S256',
    ],
    ['a challenge that is no hash', { code_challenge: 'short' }, 'Invalid code_challenge'],
    [
      'a scope that does not exist',
      { scope: 'user-top-read user-top-write' },
      'INVALID_SCOPE: Illegal scope',
    ],
  ])('%s', async (_what, change, message) => {
    const spotify = await startSpotify();
    const answer = await spotify.authorize({ approve: '1', ...change });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('location')).toBeNull();
    expect(answer.text).toBe(message);
  });

  test('https is welcome anywhere', async () => {
    const spotify = await startSpotify();
    const answer = await spotify.authorize({ approve: '1', redirect_uri: 'https://app.example/callback' });
    expect(answer.headers.get('location')).toMatch(/^https:\/\/app\.example\/callback\?code=/);
  });
});

describe('the consent page', () => {
  test('speaks French by default and English where it is preferred', async () => {
    const spotify = await startSpotify();
    const french = await spotify.authorize();
    const english = await spotify.authorize({}, { 'accept-language': 'de, en-GB;q=0.8, fr;q=0.3' });
    expect(french.headers.get('content-language')).toBe('fr');
    expect(french.text).toContain('<html lang="fr">');
    expect(french.text).toContain('voir les artistes que vous suivez');
    expect(english.headers.get('content-language')).toBe('en');
    expect(english.text).toContain('see the artists you follow');
  });

  test('its form carries every parameter on, so that approving it is the same as approving by address', async () => {
    const spotify = await startSpotify();
    const { text } = await spotify.authorize();
    const hidden = [...text.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)];
    const query = new URLSearchParams(
      hidden.map(([, name = '', value = '']): [string, string] => [name, value]),
    );
    query.set('account', 'demo');
    query.set('approve', '1');
    const answer = await spotify.call(`/authorize?${query}`);
    const code = new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
    expect((await spotify.exchange(code)).status).toBe(200);
  });

  test('labels the account, offers both decisions, proposes demo and the accounts known so far', async () => {
    const spotify = await startSpotify();
    spotify.accounts.set('zoé', { artists: 5 });
    const { text } = await spotify.authorize();
    expect(text).toContain('<label for="account">');
    expect(text).toMatch(/<input id="account" name="account" value="demo"/);
    expect(text).toContain('<option value="zoé">');
    expect(text).toMatch(/<button name="approve" value="1">[\s\S]*<button name="approve" value="0"/);
  });

  test('loads nothing from another host and runs no script', async () => {
    const spotify = await startSpotify();
    const answer = await spotify.authorize();
    expect(answer.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; img-src data:; style-src 'sha256-/,
    );
    expect(answer.text).not.toMatch(/<script|(src|href)="(https?:)?\/\//);
  });

  test('shows hostile parameters as text', async () => {
    const spotify = await startSpotify();
    const { text } = await spotify.authorize({ state: '"><script>alert(1)</script>', account: `<b a='1'>` });
    expect(text).not.toContain('<script>');
    expect(text).not.toContain('<b a');
    expect(text).toContain('&quot;&gt;&lt;script&gt;');
  });

  test('a name that is none comes back with the reason beside the field', async () => {
    const spotify = await startSpotify();
    const answer = await spotify.authorize({ approve: '1', account: '../etc' });
    expect(answer.status).toBe(400);
    expect(answer.text).toMatch(/aria-describedby="account-note" aria-invalid="true"/);
    expect(answer.text).toMatch(/id="account-note" role="alert">De 1 à 64 lettres/);
  });
});
