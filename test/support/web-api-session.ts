import * as v from 'valibot';
import { noUsage } from '../../shared/spotify/call.ts';
import { createWebApi } from '../../shared/spotify/web-api.ts';
import { aClock } from './a-clock.ts';
import { inTurn, type ScriptedReply, startScripted } from './scripted-server.ts';

const Answer = v.object({ ok: v.boolean() });
export const OK = { body: { ok: true, unknown: 'ignored' } };
export const apiError = (status: number, message: string, headers: Record<string, string> = {}) => ({
  status,
  headers,
  body: { error: { status, message } },
});

export type Script = Parameters<typeof startScripted>[0];

/** A session of the Web API with a server that answers as the script says. */
export async function sessionWith(
  script: Script,
  { renew = async () => 'BQ-renewed', timeoutMs = 1_000 } = {},
) {
  const spotify = await startScripted(script);
  const clock = aClock();
  const deadline = new AbortController();
  const usage = noUsage();
  let renewals = 0;
  const session = createWebApi({ apiUrl: spotify.url, clock, random: () => 0.5, timeoutMs }).open({
    accessToken: 'BQ-first',
    renew: () => {
      renewals += 1;
      return renew();
    },
    signal: deadline.signal,
    usage,
  });
  return {
    ...spotify,
    clock,
    deadline,
    usage,
    renewals: () => renewals,
    spare: session.spare,
    get: (path = '/v1/me') => session.get(path, { limit: 50 }, Answer),
  };
}

export const sessionThat = (...replies: (ScriptedReply | 'cut')[]) => sessionWith(inTurn(...replies));
/** What `work` fails with. */
export const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
