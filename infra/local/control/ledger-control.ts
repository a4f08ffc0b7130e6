import { randomUUID } from 'node:crypto';
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { type Clock, systemClock } from '../../../shared/clock.ts';
import { book, bookList, type KnownList } from '../../../shared/statistics/ledger.ts';
import { hourOf } from '../../../shared/statistics/slots.ts';
import { noTotals, totalsItem } from '../../../shared/statistics/totals.ts';

interface LedgerControlOptions {
  readonly db: DynamoDBDocumentClient;
  readonly table: string;
  readonly clock?: Pick<Clock, 'nowMs'> | undefined;
}

/**
 * Keeps the statistics right when the expiry of a list is moved by hand. They know how many lists there are from
 * bookings on the moments at which lists expire: the list is taken off its old moment and put on its new one, by an item
 * of the statistics table of its own, as if one more execution environment had done it.
 */
export function createLedgerControl({ db, table, clock = systemClock }: LedgerControlOptions) {
  return {
    async moveExpiry(list: KnownList, expiresAtSeconds: number): Promise<void> {
      const totals = noTotals(hourOf(clock.nowMs()));
      // By the second: whoever reads books it on the slots of its windows.
      book(totals.ledger, bookList(list, -1), 1);
      book(totals.ledger, bookList({ ...list, expiresAtSeconds }, 1), 1);
      const Item = totalsItem(`aged-by-hand:${randomUUID()}`, 1, totals);
      await db.send(new PutCommand({ TableName: table, Item }));
    },
  };
}
