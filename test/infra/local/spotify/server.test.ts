import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createSpotifyStandIn } from '../../../../infra/local/spotify/stand-in.ts';
import { CLIENT_ID, startSpotify } from './spotify-harness.ts';

/** Sends bytes as they are: fetch would put them right. */
function raw(url: string, request: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(request));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

test('listens on the loopback address only', async () => {
  const { url } = await startSpotify();
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
});

test('a port that is taken is said in one line', async () => {
  const { url } = await startSpotify();
  const port = Number(new URL(url).port);
  await expect(createSpotifyStandIn({ port, clientId: CLIENT_ID, clientSecret: 's' })).rejects.toThrow(
    `the Spotify stand-in cannot listen on 127.0.0.1:${port}: the port is taken`,
  );
});

test('after close nothing answers, and closing twice is harmless', async () => {
  const spotify = await startSpotify();
  await spotify.control('GET', 'health');
  await spotify.close();
  await spotify.close();
  await expect(spotify.control('GET', 'health')).rejects.toThrow();
});

describe('odd input', () => {
  test('a body beyond 64 KB is refused', async () => {
    const spotify = await startSpotify();
    const answer = await spotify.call('/api/token', { method: 'POST', body: 'x'.repeat(65 * 1024) });
    expect(answer.status).toBe(413);
  });

  test.each([
    ['an absolute address', 'GET http://evil.example/v1/me HTTP/1.1', 400],
    ['an asterisk', 'OPTIONS * HTTP/1.1', 400],
    ['two slashes', 'GET //v1/me HTTP/1.1', 404],
    ['broken escapes', 'GET /%E0%A4%A HTTP/1.1', 404],
    ['a broken account', 'GET /_control/accounts/%ZZ HTTP/1.1', 400],
    ['no HTTP at all', 'hello', 400],
  ])('%s', async (_what, line, status) => {
    const spotify = await startSpotify();
    const answer = await raw(spotify.url, `${line}\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect((await spotify.control('GET', 'health')).status).toBe(200);
  });

  test('links point to the stand-in, whatever the Host header says', async () => {
    const spotify = await startSpotify();
    const { access_token } = await spotify.connect();
    const answer = await raw(
      spotify.url,
      `GET /v1/me/tracks HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${access_token}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toContain(`"next":"${spotify.url}/v1/me/tracks?offset=20&limit=20"`);
  });

  test('unknown paths are 404, other methods 405', async () => {
    const spotify = await startSpotify();
    expect((await spotify.call('/')).status).toBe(404);
    expect((await spotify.call('/api/token')).status).toBe(405);
    expect((await spotify.call('/authorize', { method: 'POST' })).status).toBe(405);
  });
});
