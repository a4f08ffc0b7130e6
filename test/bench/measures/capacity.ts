import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { type Item, MAX_ITEM_BYTES, sizeOfItem } from '../../support/fake-dynamo/values.ts';
import { realisticArtists } from '../../support/realistic-artists.ts';
import type { Metered } from '../dynamodb-process.ts';
import { loadSubjects } from '../load-subjects.ts';
import { measure } from '../measure.ts';
import { PAGE_LIMIT, type Subject } from '../subject.ts';

const ARTISTS = 500;
/** A list in the place of another: its line in the index of expiry hours is taken out and put in elsewhere. */
const INDEX_UNITS = 2;

export interface Capacity {
  name: string;
  /** Of the whole item, as DynamoDB counts it, its own fields included. */
  bytesPerArtist: number;
  readUnitsPerHit: number;
  writeUnitsPerSet: number;
  artistsInOneItem: number;
  wireBytesPerHit: number;
}

export interface Capacities {
  subjects: Capacity[];
  /** Write units of a first computation: everything but the statistics. */
  firstComputation: { writeUnits: number; calls: number; setWithIndex: number };
}

await measure<Capacities>(async ({ bundles, dynamodbUrl, progress, ask }) => {
  const { subjects } = loadSubjects(bundles);
  // Past the meter.
  const db = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint: dynamodbUrl }));

  async function itemBytes({ table, key }: Subject, user: string): Promise<number> {
    const { Item } = await db.send(new GetCommand({ TableName: table, Key: key(user) }));
    return sizeOfItem(Item as Item);
  }

  async function capacityOf(subject: Subject): Promise<Capacity> {
    await subject.set('half', realisticArtists(ARTISTS / 2));
    // The first list of a user, then a second in its place: as with every list but a user's first.
    await subject.set('whole', realisticArtists(ARTISTS, 2));
    await ask<Metered>();
    await subject.set('whole', realisticArtists(ARTISTS));
    const set = await ask<Metered>();
    for (let page = 0; page < ARTISTS / PAGE_LIMIT; page++) await subject.page('whole', page);
    const hits = await ask<Metered>();
    const [half, whole] = [await itemBytes(subject, 'half'), await itemBytes(subject, 'whole')];
    const perArtist = (whole - half) / (ARTISTS / 2);
    return {
      name: subject.name,
      bytesPerArtist: whole / ARTISTS,
      readUnitsPerHit: hits.readUnits / hits.calls,
      writeUnitsPerSet: set.writeUnits,
      artistsInOneItem: Math.floor((MAX_ITEM_BYTES - (whole - ARTISTS * perArtist)) / perArtist),
      wireBytesPerHit: hits.bytes / hits.calls,
    };
  }

  const capacities: Capacity[] = [];
  for (const subject of subjects) {
    progress(`capacity: ${subject.name}`);
    capacities.push(await capacityOf(subject));
  }
  const list = realisticArtists(ARTISTS);
  const windows = { freshMs: 10_800_000, keepMs: 21_600_000 };
  const ours = subjects[0] as Subject;
  await ask<Metered>();
  await ours.instance?.(async () => list, windows).get('new user');
  const { writeUnits, calls } = await ask<Metered>();
  const setWithIndex = (capacities[0]?.writeUnitsPerSet ?? Number.NaN) + INDEX_UNITS;
  return { subjects: capacities, firstComputation: { writeUnits, calls, setWithIndex } };
});
