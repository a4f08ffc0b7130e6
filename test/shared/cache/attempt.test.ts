import { describe, expect, test } from 'vitest';
import { attemptVerdict } from '../../../shared/cache/attempt.ts';

const NOW = 1_000_000;

describe('trying to compute', () => {
  test('is allowed when nobody computes and nothing failed', () => {
    expect(attemptVerdict({}, 0, 'f', NOW)).toEqual({ kind: 'allowed' });
  });

  test('waits for the one who computes from the same state, until the lease runs out', () => {
    const held = { leaseToken: 't', leaseFence: 'f' };
    expect(attemptVerdict({ ...held, leaseUntilMs: NOW + 1 }, 0, 'f', NOW).kind).toBe('computing elsewhere');
    expect(attemptVerdict({ ...held, leaseUntilMs: NOW }, 0, 'f', NOW).kind).toBe('allowed');
  });

  test('does not wait for one who computes from a state that was invalidated since', () => {
    const doomed = { leaseToken: 't', leaseFence: 'before the toggle', leaseUntilMs: NOW + 5_000 };
    expect(attemptVerdict(doomed, 0, 'f', NOW).kind).toBe('allowed');
  });

  test('is not allowed before the back-off is over, and says why and for how long', () => {
    const record = { retryAtMs: NOW + 1_001, cause: 'SPOTIFY_TOKEN_REVOKED' } as const;
    const verdict = { kind: 'denied', cause: 'SPOTIFY_TOKEN_REVOKED', retryAfterSeconds: 2 };
    expect(attemptVerdict(record, 0, 'f', NOW)).toEqual(verdict);
    expect(attemptVerdict({ ...record, retryAtMs: NOW }, 0, 'f', NOW).kind).toBe('allowed');
  });

  test('is not allowed to anybody while the platform limits the application', () => {
    const verdict = { kind: 'denied', cause: 'SPOTIFY_RATE_LIMITED', retryAfterSeconds: 48_925 };
    expect(attemptVerdict({}, NOW + 48_925_000, 'f', NOW)).toEqual(verdict);
    expect(attemptVerdict({}, NOW, 'f', NOW).kind).toBe('allowed');
  });
});
