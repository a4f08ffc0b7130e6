import { expect, test } from 'vitest';
import { type Artist, type ArtistsClient, pages } from '../../../shared/client/index.ts';
import { aClient, examplePages, failed, json } from './a-client.ts';

const [artist] = examplePages.fresh.value.data.artists as Artist[];
const LIST_1 = '2026-11-22T12:00:00.000Z';
const LIST_2 = '2026-11-22T12:00:01.000Z';

/** A page of these artists, by their names, of the list that was computed then. */
function page(names: string, hasNext: boolean, cachedAt = LIST_1): Response {
  const artists = [...names].map((name) => ({ ...artist, id: name, name }));
  const { data, ...reply } = examplePages.fresh.value;
  const pagination = { ...data.pagination, has_next: hasNext };
  return json({ ...reply, data: { ...data, artists, pagination, cached_at: cachedAt } });
}

async function read(api: ArtistsClient): Promise<string[]> {
  const given: string[] = [];
  for await (const { artists } of pages(api, { limit: 2 })) {
    given.push(artists.map(({ name }) => name).join(''));
  }
  return given;
}

const asked = (requests: readonly Request[]) =>
  requests.map(({ url }) => new URL(url).searchParams).map((query) => Number(query.get('page')));

test('the whole list, page by page', async () => {
  const { api, requests } = aClient([page('ab', true), page('cd', true), page('e', false)]);
  expect(await read(api)).toEqual(['ab', 'cd', 'e']);
  expect(requests.map(({ url }) => new URL(url).search)).toEqual(
    [0, 1, 2].map((number) => `?page=${number}&limit=2`),
  );
});

test('an empty list is one page without artists', async () => {
  expect(await read(aClient([page('', false)]).api)).toEqual(['']);
});

test('no page is asked for before it is wanted', async () => {
  const { api, requests } = aClient([page('ab', true), page('cd', true)]);
  for await (const { page: first } of pages(api)) {
    expect(first.data.pagination.has_next).toBe(true);
    break;
  }
  expect(requests).toHaveLength(1);
});

test('when another list takes its place in between, every artist of it comes, and none comes twice', async () => {
  // "d" was on a later page and is now on the first, which was read already.
  const { api, requests } = aClient([
    page('ab', true),
    page('bc', true, LIST_2),
    page('da', true, LIST_2),
    page('bc', true, LIST_2),
    page('e', false, LIST_2),
  ]);
  expect(await read(api)).toEqual(['ab', 'c', 'd', 'e']);
  expect(asked(requests)).toEqual([0, 1, 0, 1, 2]);
});

test('a list that never stands still is read to an end all the same', async () => {
  const lists = Array.from({ length: 20 }, (_, i) =>
    page('ab', i < 12, new Date(Date.parse(LIST_1) + i * 1_000).toISOString()),
  );
  const { api, requests } = aClient(lists);
  expect(await read(api)).toEqual(['ab']);
  expect(requests.length).toBeLessThan(20);
});

test('a failure is thrown as what it is, and a signal ends it', async () => {
  const { api } = aClient([page('ab', true), failed('STORAGE_UNAVAILABLE', 503, { 'retry-after': '1' })]);
  await expect(read(api)).rejects.toMatchObject({ failure: { code: 'STORAGE_UNAVAILABLE' } });
  const signal = AbortSignal.abort(new Error('left the screen'));
  await expect(pages(aClient([]).api, { signal }).next()).rejects.toThrow('left the screen');
});
