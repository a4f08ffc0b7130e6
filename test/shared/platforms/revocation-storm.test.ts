import { describe, expect, test } from 'vitest';
import { revocationsKey } from '../../../shared/cache/keys.ts';
import { createRevocationStorm } from '../../../shared/platforms/revocation-storm.ts';
import { aClock } from '../../support/a-clock.ts';
import { aStorm } from '../../support/a-storm.ts';
import { TABLES } from '../../support/dynalite.ts';
import type { FakeCommand } from '../../support/fake-dynamo.ts';
import { createFakeTables } from '../../support/fake-tables.ts';
import { intercepting, outage } from '../../support/store-contract/given.ts';

const MINUTE = 60_000;

/** Instances of one fleet, with one clock. */
function aFleet(size = 2) {
  const clock = aClock();
  const tables = createFakeTables();
  const instances = Array.from({ length: size }, () => aStorm(clock, tables));
  const refuse = async (times: number) => {
    const calm: boolean[] = [];
    for (let i = 0; i < times; i += 1)
      calm.push(await (instances[i % size] as (typeof instances)[0]).refused());
    return calm;
  };
  return { clock, tables, instances, one: instances[0] as (typeof instances)[0], refuse };
}

describe('a storm of revocations', () => {
  test('begins with ten refusals of the whole fleet, where nothing succeeds beside them', async () => {
    const { refuse } = aFleet();
    expect(await refuse(12)).toEqual([...Array(9).fill(true), ...Array(3).fill(false)]);
  });

  test('is none while four fifths succeed', async () => {
    const { refuse, instances, one } = aFleet();
    for (const instance of instances) for (let i = 0; i < 24; i += 1) instance.succeeded();
    expect(await refuse(12)).not.toContain(false);
    expect(await one.mayConfirm()).toBe('yes');
    expect(await refuse(2)).toContain(false);
  });

  test('is met by many at once as by one after the other', async () => {
    const { instances, one } = aFleet(10);
    const calm = await Promise.all(instances.map((instance) => instance.refused()));
    // Where the count could not be written at once, it is not called calm, and is written later.
    expect(calm).toContain(false);
    for (const instance of instances) await instance.mayConfirm();
    expect(await one.mayConfirm()).not.toBe('yes');
  });

  test('lets one confirmation a minute find out whether it is over', async () => {
    const { refuse, clock, instances } = aFleet(3);
    await refuse(10);
    const ask = () => Promise.all(instances.map((instance) => instance.mayConfirm()));
    for (let round = 0; round < 3; round += 1) {
      clock.advance(MINUTE);
      expect((await ask()).toSorted()).toEqual(['no', 'no', 'probe']);
      clock.advance(MINUTE - 1);
      expect(await ask()).toEqual(['no', 'no', 'no']);
    }
  });

  test('ends for all when one confirmation finds its consent alive', async () => {
    const { refuse, clock, instances, one } = aFleet();
    await refuse(10);
    clock.advance(11_000);
    expect(await one.mayConfirm()).toBe('probe');
    await one.end();
    clock.advance(11_000);
    for (const instance of instances) expect(await instance.mayConfirm()).toBe('yes');
  });

  test('passes when there are no refusals for an hour, and counts from the beginning again', async () => {
    const { refuse, clock, one } = aFleet();
    await refuse(10);
    clock.advance(29 * MINUTE);
    expect(await one.mayConfirm()).not.toBe('yes');
    clock.advance(31 * MINUTE);
    expect(await one.mayConfirm()).toBe('yes');
    expect(await refuse(9)).not.toContain(false);
  });

  test('is remembered from one half hour to the next', async () => {
    const { refuse, clock } = aFleet();
    await refuse(6);
    clock.advance(31 * MINUTE);
    expect(await refuse(4)).toEqual([true, true, true, false]);
  });

  test('is taken for granted where it cannot be told', async () => {
    const { tables, clock } = aFleet();
    const { db } = intercepting({ db: tables.db, table: TABLES.cache }, () => Promise.reject(outage()));
    const blind = createRevocationStorm({ db, table: TABLES.cache, clock });
    expect([await blind.refused(), await blind.mayConfirm()]).toEqual([false, 'no']);
  });

  test('leaves its item alone: what is known is believed for ten seconds', async () => {
    const { tables, clock, refuse } = aFleet();
    await refuse(10);
    const sent: FakeCommand[] = [];
    const { db } = intercepting({ db: tables.db, table: TABLES.cache }, (command, send) => {
      sent.push(command);
      return send();
    });
    const busy = createRevocationStorm({ db, table: TABLES.cache, clock });
    for (let i = 0; i < 1_000; i += 1) {
      expect(await busy.refused()).toBe(false);
      expect(await busy.mayConfirm()).toBe('no');
      clock.advance(20);
    }
    expect(sent.length).toBeLessThanOrEqual(4);
    const keys = sent.map(({ input }) => ('Key' in input ? input.Key : (input as { Item: object }).Item));
    expect(keys.every((key) => (key as { pk: string }).pk === revocationsKey.pk)).toBe(true);
  });
});
