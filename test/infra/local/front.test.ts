import { expect, it, onTestFinished } from 'vitest';
import { createFront } from '../../../infra/local/front.ts';
import { serve } from '../../../infra/local/http.ts';

async function aFront() {
  const front = createFront();
  const listening = await serve(front.handle);
  onTestFinished(() => listening.close());
  return { front, url: listening.url };
}

it('while the stack starts, a browser is shown how far it is and looks again by itself', async () => {
  const { front, url } = await aFront();
  front.tell('Template: 4 of 11 <functions> bundled');

  const reply = await fetch(url, { headers: { accept: 'text/html,*/*' } });
  const page = await reply.text();

  expect(reply.status).toBe(503);
  expect(reply.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(page).toContain('<meta http-equiv="refresh" content="1">');
  expect(page).toContain('Template: 4 of 11 &lt;functions> bundled');
  expect(page).not.toMatch(/https?:|src=/);
});

it('a program is told in its own language, and when to come back', async () => {
  const { front, url } = await aFront();
  front.tell('Tables');
  const reply = await fetch(`${url}/_local/health`);
  expect(reply.headers.get('retry-after')).toBe('1');
  expect(await reply.json()).toEqual({ ready: false, progress: 'Tables' });
});

it('once it is open, the control is asked before the gateway', async () => {
  const { front, url } = await aFront();
  front.open({
    control: async (request, response) => {
      if (request.url !== '/control') return false;
      response.end('control');
      return true;
    },
    gateway: async (_, response) => void response.end('gateway'),
  });
  expect(await (await fetch(`${url}/control`)).text()).toBe('control');
  expect(await (await fetch(`${url}/else`)).text()).toBe('gateway');
});
