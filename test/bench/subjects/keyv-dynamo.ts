import KeyvDynamo from '@keyv/dynamo';
import { Keyv } from 'keyv';
import { tableNamed } from './tables.ts';

/** DynamoDB for the caches that keep nothing themselves. */
export const createKeyv = () =>
  new Keyv(new KeyvDynamo({ tableName: tableNamed('KEYV_TABLE') }), { useKeyPrefix: false });
