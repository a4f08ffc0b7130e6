import { onTestFinished, vi } from 'vitest';
import { createKms } from '../../infra/local/aws/kms.ts';
import { type ScriptedReply, startScripted } from './scripted-server.ts';

export const KEY_ARN = 'arn:aws:kms:eu-west-3:111111111111:key/00000000-0000-4000-8000-000000000001';
export const SECRET_ARN = 'arn:aws:secretsmanager:eu-west-3:111111111111:secret:spotify-client';

/** KMS and Secrets Manager over the wire that the SDK speaks, reached through the environment as in production. */
export async function startAws(secret = { client_secret: 'our-secret' }) {
  const kms = createKms({
    keys: [{ id: KEY_ARN.slice(-36), arn: KEY_ARN }],
    aliases: [],
    master: Buffer.alloc(32, 7).toString('base64'),
  });
  const state = { secret: JSON.stringify(secret), fault: undefined as ScriptedReply | undefined };
  const calls: string[] = [];
  const operations: Record<string, (input: never) => unknown> = {
    'TrentService.GenerateDataKey': kms.GenerateDataKey,
    'TrentService.Decrypt': kms.Decrypt,
    'secretsmanager.GetSecretValue': () => ({ SecretString: state.secret }),
  };
  const server = await startScripted(({ headers, body }) => {
    const target = String(headers['x-amz-target']);
    calls.push(target);
    if (state.fault) return state.fault;
    try {
      return { body: operations[target]?.(JSON.parse(body) as never) };
    } catch (error) {
      return awsFault((error as { code: string }).code);
    }
  });
  vi.stubEnv('AWS_REGION', 'eu-west-3');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('AWS_ENDPOINT_URL_KMS', server.url);
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', server.url);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  return {
    /** The operations called, in order. */
    calls,
    rotateSecret(to: unknown) {
      state.secret = typeof to === 'string' ? to : JSON.stringify(to);
    },
    failWith(fault: ScriptedReply | undefined) {
      state.fault = fault;
    },
  };
}

/** An error as AWS sends it. */
export const awsFault = (code: string, status = 400): ScriptedReply => ({
  status,
  headers: { 'x-amzn-errortype': code, 'content-type': 'application/x-amz-json-1.1' },
  body: { __type: code, message: '' },
});
