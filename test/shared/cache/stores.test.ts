import { borrowDynamoDb, startDynamoDb, TABLES } from '../../support/dynalite.ts';
import { createFakeTables } from '../../support/fake-tables.ts';
import { describeStore } from '../../support/store-contract.ts';

describeStore('the fake DynamoDB', async () => ({ db: createFakeTables().db, table: TABLES.cache }));

describeStore('the embedded DynamoDB', async () => {
  const { db, tables, close } = await startDynamoDb();
  return { db, table: tables.cache, close };
});

const endpoint = process.env.DYNAMODB_ENDPOINT;
if (endpoint) {
  describeStore(`the DynamoDB at ${endpoint}`, async () => {
    const { db, tables, close } = await borrowDynamoDb(endpoint);
    return { db, table: tables.cache, close };
  });
}
