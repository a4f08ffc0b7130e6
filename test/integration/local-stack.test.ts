import { describe, expect, inject, it } from 'vitest';
import { aConnectedUser, aToken, aUser, H3 } from '../support/a-user.ts';
import { http } from '../support/http-client.ts';
import { remoteLambda } from '../support/remote-lambda.ts';

const stack = inject('stack');
const lambda = remoteLambda();

describe('the local stack', () => {
  it('plays with time: a list of three hours is computed anew, one of less is not', async () => {
    const user = await aConnectedUser(stack);
    await user.artists();

    await user.age(H3 - 60);
    expect((await user.artists()).json.data.cached).toBe(true);
    await user.age(60);
    expect((await user.artists()).json.data.cached).toBe(false);
  });

  it('starts a function anew whose every process died', async () => {
    const user = await aUser(stack);
    await user.profile();

    await lambda.kill('get-profile');
    expect(await lambda.environments('get-profile')).toBe(0);

    expect((await user.profile()).status).toBe(200);
    const reports = (await lambda.logs('get-profile')).filter((line) => line.startsWith('REPORT'));
    expect(reports.at(-1)).toContain('Init Duration');
  });

  it('guards the routes of the template with its authorizer, and each with its scope', async () => {
    expect((await http('GET', `${stack.apiUrl}/api/user/profile`)).status).toBe(401);
    const user = await aUser(stack);
    expect((await user.call('GET', '/api/cache/stats')).status).toBe(403);
    const token = await aToken(stack, { user: user.id, scope: 'cache:stats' });
    const headers = { authorization: `Bearer ${token}` };
    expect((await user.call('GET', '/api/cache/stats', { headers })).status).toBe(200);
  });
});
