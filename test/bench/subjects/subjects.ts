import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { Subject } from '../subject.ts';
import { bentocache } from './bentocache.ts';
import { cacheable } from './cacheable.ts';
import { cachified } from './cachified.ts';
import { documentList } from './document-list.ts';
import { gzipJson } from './gzip-json.ts';
import { ours } from './ours.ts';
import { tableNamed } from './tables.ts';

/*
 * Everything that is measured, in one bundle made like that of a function: what differs is what they do.
 */

export { handler } from '../../../functions/get-artists.ts';

export const subjects: readonly Subject[] = [ours, bentocache, cachified, cacheable, documentList, gzipJson];

/** The connection settings of the service's own client. */
const client = new DynamoDBClient({
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
});

export const floor = () =>
  client.send(
    new GetItemCommand({
      TableName: tableNamed('CACHE_TABLE'),
      Key: { pk: { S: 'floor' } },
      ConsistentRead: true,
    }),
  );
