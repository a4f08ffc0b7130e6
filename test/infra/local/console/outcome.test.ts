import { describe, expect, it } from 'vitest';
import { readReply } from '../../../../infra/local/console/state/outcome.ts';

const LIST = { method: 'GET', path: '/api/user/artists?page=1&limit=10', status: 200 };

describe('a reply with the list', () => {
  it.each([
    [{ cached: true, cache_status: 'fresh' }, 'hit', 'cached'],
    [{ cached: false, cache_status: 'fresh' }, 'miss', 'computed'],
    [{ cached: true, cache_status: 'stale' }, 'stale', 'cached'],
    [{ cached: true, cache_status: 'fallback_revoked' }, 'fallback_revoked', 'cached'],
  ])('%j is a %s', (data, outcome, source) => {
    const body = { success: true, data, warning_code: 'A_WARNING' };
    expect(readReply({ ...LIST, body })).toEqual({ outcome, source, code: null, warningCode: 'A_WARNING' });
  });
});

describe('any other reply', () => {
  it('is an error with its code', () => {
    const body = { success: false, error: { code: 'SPOTIFY_UNAVAILABLE' } };
    expect(readReply({ ...LIST, status: 503, body })).toMatchObject({
      outcome: 'error',
      code: 'SPOTIFY_UNAVAILABLE',
    });
  });

  it('is an error too when nothing answered', () => {
    expect(readReply({ ...LIST, status: 0, body: undefined })).toMatchObject({
      outcome: 'error',
      code: null,
    });
  });

  it.each([
    { ...LIST, path: '/api/user/profile' },
    { ...LIST, method: 'POST', path: '/api/user/artists/toggle' },
  ])('of $method $path is no outcome of the cache', (request) => {
    expect(readReply({ ...request, body: { data: {} } })).toMatchObject({ outcome: 'other', source: null });
  });
});
