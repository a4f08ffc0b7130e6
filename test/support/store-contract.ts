import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe } from 'vitest';
import { describeComputations } from './store-contract/computations.ts';
import { describeLargeLists } from './store-contract/large-lists.ts';
import { describeLists } from './store-contract/lists.ts';
import { describeOddItems } from './store-contract/odd-items.ts';
import { describeSweep } from './store-contract/sweep.ts';

/** A store under test: the tables of the service somewhere. */
interface StoreUnderTest {
  db: DynamoDBDocumentClient;
  /** The name of the cache table. */
  table: string;
  close?(): Promise<void>;
}

/** What every store must do that the cache is to run on. The model tests trust the fake because it passes this, too. */
export function describeStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    let opened: StoreUnderTest | undefined;
    const store = () => {
      if (!opened) throw new Error('the store is not open');
      return { db: opened.db, table: opened.table };
    };
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened?.close?.());

    describeLists(store);
    describeOddItems(store);
    describeLargeLists(store);
    describeComputations(store);
    describeSweep(store);
  });
}
