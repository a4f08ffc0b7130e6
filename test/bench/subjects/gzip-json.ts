import { gunzipSync, gzipSync } from 'node:zlib';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Artist } from '../../../shared/artist.ts';
import { createDocumentClient } from '../../../shared/storage/document-client.ts';
import { PAGE_LIMIT, type Subject } from '../subject.ts';
import { tableNamed } from './tables.ts';

const table = tableNamed('CACHE_TABLE');
const db = createDocumentClient();
const keyOf = (user: string) => ({ pk: `gzip:${user}` });

export const gzipJson: Subject = {
  name: 'gzip of JSON in one attribute',
  table,
  key: keyOf,

  async set(user, artists) {
    const Item = { ...keyOf(user), artists: gzipSync(JSON.stringify(artists)) };
    await db.send(new PutCommand({ TableName: table, Item }));
  },

  async page(user, page) {
    const { Item } = await db.send(new GetCommand({ TableName: table, Key: keyOf(user) }));
    const artists: Artist[] = JSON.parse(gunzipSync(Item?.artists).toString('utf8'));
    return artists.slice(page * PAGE_LIMIT, (page + 1) * PAGE_LIMIT);
  },
};
