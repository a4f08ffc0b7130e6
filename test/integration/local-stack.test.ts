import { describe, expect, it } from 'vitest';
import { http } from '../support/http-client.ts';
import { localStack } from '../support/local-stack.ts';

const THREE_HOURS = 10_800;
const stack = localStack();

describe('the application on one machine', () => {
  it('connects a user, computes once, then serves every page from the copy', async () => {
    const user = await stack.connectedUser();

    const first = await user.artists();
    expect(first.json).toMatchObject({
      cache_status: 'fresh',
      data: { cached: false, pagination: { total: 137 } },
    });
    const { total } = await user.calls();
    const pages = await Promise.all(Array.from({ length: 14 }, (_, page) => user.artists(page)));

    expect(pages.map(({ json }) => json.data.cached)).toEqual(Array(14).fill(true));
    expect((await user.calls()).total).toBe(total);
  });

  it('plays with time: a copy of three hours is computed anew', async () => {
    const user = await stack.connectedUser();
    await user.artists();

    await user.age(THREE_HOURS - 60);
    expect((await user.artists()).json.data.cached).toBe(true);
    await user.age(60);
    expect((await user.artists()).json.data.cached).toBe(false);
  });

  it('survives the death of every process of a function', async () => {
    const user = await stack.connectedUser();
    await user.artists();

    await stack.lambda.kill('get-profile');
    expect(await stack.lambda.environments('get-profile')).toBe(0);

    expect((await user.call('GET', '/api/user/profile')).status).toBe(200);
    const reports = (await stack.lambda.logs('get-profile')).filter((line) => line.startsWith('REPORT'));
    expect(reports.at(-1)).toContain('Init Duration');
  });

  it('guards each route with the authorizer of the template', async () => {
    expect(await http('GET', `${stack.apiUrl}/api/user/profile`)).toMatchObject({ status: 401 });
    const user = await stack.user();
    expect((await user.call('GET', '/api/cache/stats')).status).toBe(403);
    const authorization = `Bearer ${await stack.token(user.id, { scope: 'cache:stats' })}`;
    expect((await user.call('GET', '/api/cache/stats', { headers: { authorization } })).status).toBe(200);
  });
});
