import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Artist } from '../../../shared/artist.ts';
import { createDocumentClient } from '../../../shared/storage/document-client.ts';
import { PAGE_LIMIT, type Subject } from '../subject.ts';
import { tableNamed } from './tables.ts';

const table = tableNamed('CACHE_TABLE');
const db = createDocumentClient();
const keyOf = (user: string) => ({ pk: `list:${user}` });

export const documentList: Subject = {
  name: 'DocumentClient, a list of maps',
  table,
  key: keyOf,

  async set(user, artists) {
    await db.send(new PutCommand({ TableName: table, Item: { ...keyOf(user), artists } }));
  },

  async page(user, page) {
    const { Item } = await db.send(new GetCommand({ TableName: table, Key: keyOf(user) }));
    const artists: Artist[] = Item?.artists ?? [];
    return artists.slice(page * PAGE_LIMIT, (page + 1) * PAGE_LIMIT);
  },
};
