import { awsCallOf } from './aws-fates.ts';
import type { Deal, WireReply } from './detour.ts';
import type { SecretFinder } from './secret-finder.ts';

/** What the functions send to Spotify, and what it gives them: every secret there is learned on its way. */
export function learningSpotify(finder: SecretFinder, deal: Deal): Deal {
  return async (request, pass) => {
    const [, scheme, credentials = ''] =
      /^(Basic|Bearer) (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    if (scheme === 'Bearer') finder.learn('access token', credentials);
    if (scheme === 'Basic') {
      const [, secret = ''] = Buffer.from(credentials, 'base64').toString('utf8').split(':');
      finder.learn('client secret', secret);
    }
    const form = request.method === 'POST' ? request.body.toString('utf8') : '';
    for (const [name, value] of new URLSearchParams(form)) {
      const kind = FORM_SECRETS[name];
      if (kind) finder.learn(kind, value);
    }
    return deal(request, async () => learnTokens(finder, await pass()));
  };
}

const FORM_SECRETS: Readonly<Record<string, string>> = {
  code: 'authorization code',
  code_verifier: 'verifier',
  refresh_token: 'refresh token',
};

function learnTokens(finder: SecretFinder, reply: WireReply): WireReply {
  const text = reply.body.toString('utf8');
  const [, access] = /"access_token":"([^"]{20,})"/.exec(text) ?? [];
  const [, refresh] = /"refresh_token":"([^"]{20,})"/.exec(text) ?? [];
  if (access) finder.learn('access token', access);
  if (refresh) finder.learn('refresh token', refresh);
  return reply;
}

/** What KMS gives in the clear is learned too. */
export function learningKms(finder: SecretFinder, deal: Deal): Deal {
  return (request, pass) =>
    deal(request, async () => {
      const reply = await pass();
      if (!awsCallOf(request).service.startsWith('Trent') || reply.status !== 200) return reply;
      const { Plaintext: plain } = JSON.parse(reply.body.toString('utf8'));
      if (plain) finder.learn('data key', Buffer.from(plain, 'base64'));
      return reply;
    });
}
