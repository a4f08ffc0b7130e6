import { EXPIRY_INDEX, EXPIRY_INDEX_ATTRIBUTES } from '../../shared/cache/keys.ts';
import { TABLES } from './dynalite.ts';
import { createFakeDynamo } from './fake-dynamo.ts';

/** The service's tables in a fake DynamoDB, with the keys and indexes of the data stack. */
export function createFakeTables() {
  const withSortKey = { hash: 'pk', range: 'sk' };
  const indexes = {
    [EXPIRY_INDEX]: { hash: 'expiryHour', range: 'expiresAt', include: EXPIRY_INDEX_ATTRIBUTES },
  };
  return createFakeDynamo({
    [TABLES.cache]: { hash: 'pk', indexes },
    [TABLES.account]: withSortKey,
  });
}
