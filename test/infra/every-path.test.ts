import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { functionNames } from '../../infra/functions.ts';
import { type Grant, grantsOf, LEADING_KEYS, nameOfGrant } from '../../infra/local/iam/grants.ts';
import { type AccessRequest, isAllowed, type Statement } from '../../infra/local/iam/policy.ts';
import { type LocalStack, startLocalStack } from '../../infra/local/stack.ts';
import { METRICS } from '../../shared/metrics/names.ts';
import { pathsOf } from '../support/walk-every-path.ts';

/*
 * Takes a stack of its own through every path of the code, and looks at what can only be seen then: whether roles grant
 * what is asked for and no more (the local stack holds every function to its role in the synthesized templates), and
 * whether the metrics that dashboard and alarms show are emitted.
 */

/** Granted, and not seen in use here, each with its reason. */
const notSeenHere: readonly { readonly grant: RegExp; readonly reason: string }[] = [
  {
    grant: /^logs:(CreateLogStream|PutLogEvents) \/aws\/lambda\//,
    reason: 'Lambda itself writes what a function prints, by the role of the function.',
  },
  {
    grant: /^sqs:SendMessage artists-cache-dev-failures$/,
    reason: 'Lambda itself sends an event that failed for good, by the role of the function.',
  },
];

let stack: LocalStack;
let paths: ReturnType<typeof pathsOf>;

beforeAll(async () => {
  stack = await startLocalStack({ asyncRetryDelaysMs: [0, 0] });
  paths = pathsOf(stack);
  await Promise.all([paths.everyRoute(), paths.listsThatSpill(), paths.handOverByRequest()]);
  await Promise.all([paths.anotherAccount(), paths.revokedConsent(), paths.partsOfOthers()]);
  await Promise.all([paths.twoAtOnce(), paths.unreadableList()]);
  await paths.afterHandOver();
  await paths.rateLimits();
  await paths.afterABan();
  await paths.onceMore();
});

afterAll(async () => {
  paths?.close();
  await stack?.close();
});

const nameOf = (name: string) => `artists-cache-dev-${name}`;

describe('every path of the code, held to the roles of the templates', () => {
  it.each(functionNames)('%s asks for nothing that it was not granted', (name) => {
    expect(stack.accessReport()[nameOf(name)]?.denied).toEqual([]);
  });

  it.each(functionNames)('%s is granted nothing that it does not ask for', async (name) => {
    const unexplained = () =>
      stack
        .accessReport()
        [nameOf(name)]?.unused.filter((unused) => !notSeenHere.some(({ grant }) => grant.test(unused)));
    // The parts of a list that was replaced are deleted beside the reply: frozen with it, at the next request.
    const settled = async () => {
      const found = unexplained();
      if (found?.length) await paths.onceMore();
      return found;
    };
    await expect.poll(settled).toEqual([]);
  });

  it('every grant counts: without it, what it allows is refused', () => {
    const held = [...stack.model.policies].flatMap(([name, statements]) =>
      grantsOf(statements).flatMap((grant) => {
        const request = whatItAllows(grant);
        const asItIs = isAllowed(statements, request);
        return asItIs && !isAllowed(without(statements, grant), request)
          ? []
          : [`${name}: ${nameOfGrant(grant)}`];
      }),
    );
    expect(stack.model.policies.size).toBe(functionNames.length);
    expect(held).toEqual([]);
  });

  it('the reasons are about grants that there are', () => {
    const unused = Object.values(stack.accessReport()).flatMap((access) => access.unused);
    for (const { grant, reason } of notSeenHere) {
      expect(
        unused.some((name) => grant.test(name)),
        reason,
      ).toBe(true);
    }
  });
});

describe('the metrics of every path', () => {
  interface MetricRecord {
    readonly _aws: {
      readonly CloudWatchMetrics: readonly {
        readonly Namespace: string;
        readonly Dimensions: readonly (readonly string[])[];
        readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
      }[];
    };
  }
  let lines: string[];
  let records: MetricRecord[];

  beforeAll(async () => {
    const logs = await Promise.all(functionNames.map((name) => stack.lambda.logs(nameOf(name))));
    lines = logs.flat().filter((line) => line.includes('CloudWatchMetrics'));
    records = lines.map((line) => JSON.parse(line) as MetricRecord);
  });

  it('are exactly those that dashboard and alarms know, in their units', () => {
    const emitted = records.flatMap(({ _aws }) => _aws.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics));
    const units = Object.fromEntries(emitted.map(({ Name, Unit }) => [Name, Unit]));
    // Odd items are for the tests of the pages.
    expect({ SpotifyItemsSkipped: 'Count', SpotifyCallsCut: 'Count', ...units }).toEqual(METRICS);
  });

  it('name each outcome of a request by one metric in one record', () => {
    const outcomes = ['Hits', 'Misses', 'Stale', 'FallbackRevoked', 'Errors'];
    const seen = records
      .map((record) => outcomes.filter((name) => name in record))
      .filter((names) => names.length > 0);
    expect(seen.filter((names) => names.length > 1)).toEqual([]);
    expect(new Set(seen.flat())).toEqual(new Set(outcomes));
  });

  it('have service and stage for dimensions, errors their code besides, and carry no user', () => {
    for (const record of records) {
      const [{ Namespace, Dimensions } = { Namespace: '', Dimensions: [] }] = record._aws.CloudWatchMetrics;
      const ofErrors = 'Errors' in record ? [['error_code', 'service', 'stage']] : [];
      expect([Namespace, ...Dimensions.map((names) => names.toSorted())]).toEqual([
        'ArtistsCache',
        ['service', 'stage'],
        ...ofErrors,
      ]);
    }
    expect(stack.malformedMetrics()).toEqual([]);
    for (const record of records) expect(record).toMatchObject({ service: 'artists-cache', stage: 'dev' });
    expect(lines.filter((line) => /user-|account-/.test(line))).toEqual([]);
  });
});

function whatItAllows({ action, resource, keys }: Grant): AccessRequest {
  const context: Record<string, string[]> = action.startsWith('kms:')
    ? {
        'kms:encryptioncontextkeys': ['userId', 'platform'],
        'kms:encryptioncontext:userid': ['alice'],
        'kms:encryptioncontext:platform': ['spotify'],
      }
    : {};
  if (keys !== undefined) context[LEADING_KEYS] = [keys.replace('*', 'alice')];
  return { action, resource, context };
}

/** The same statements, of which one grants everything but this. */
function without(statements: readonly Statement[], removed: Grant): Statement[] {
  return statements.flatMap((statement) => {
    if (statement !== removed.statement) return [statement];
    const actions = statement.actions.filter((action) => action !== removed.action);
    const resources = statement.resources.filter((resource) => resource !== removed.resource);
    return [
      { ...statement, actions },
      { ...statement, actions: [removed.action], resources },
    ];
  });
}
