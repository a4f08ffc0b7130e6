import { expect, it, onTestFinished } from 'vitest';
import { serve } from '../../../infra/local/http.ts';
import { addressesOf, openTo } from '../../../infra/local/open-to.ts';

it('what listens here is found by another address, whole and until it is closed', async () => {
  const here = await serve((request, response) => void request.pipe(response));
  onTestFinished(() => here.close());
  const there = await openTo('127.0.0.1', here.port, 0);
  const body = 'x'.repeat(1_000_000);

  const reply = await fetch(there.url, { method: 'POST', body });
  expect(await reply.text()).toBe(body);
  expect(there.url).not.toBe(here.url);

  await there.close();
  await expect(fetch(there.url)).rejects.toThrow();
  expect((await fetch(here.url, { method: 'POST', body: 'still' })).status).toBe(200);
});

it('a port that is taken there, or an address of another machine, is one line', async () => {
  const taken = await serve((_, response) => void response.end());
  onTestFinished(() => taken.close());
  await expect(openTo('127.0.0.1', taken.port)).rejects.toThrow(/^HOST: port \d+ is taken at 127\.0\.0\.1$/);
  // Of a network for examples (RFC 5737).
  await expect(openTo('192.0.2.1', taken.port)).rejects.toThrow(
    /^HOST: 192\.0\.2\.1 is no address of this machine$/,
  );
  expect(addressesOf('192.0.2.1')).toEqual(['192.0.2.1']);
});
