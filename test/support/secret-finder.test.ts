import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogs } from '../../infra/local/lambda/logs.ts';
import { createLambdaService, type LambdaService } from '../../infra/local/lambda/service.ts';
import { temporaryFunctions } from './lambda-function.ts';
import { createSecretFinder } from './secret-finder.ts';

const SECRET = 'BQ-x7Kd_3f9sLm2Qw8Zr5Tn1Vb6Yc4Hg0Je';
const finder = createSecretFinder();
finder.learn('token', SECRET);

/** Writes its event down in every form that a careless line of code might have. */
const CARELESS = `exports.handler = async ({ secret }) => {
  console.log('plain', secret);
  console.error(JSON.stringify({ error: { message: 'invalid_grant: ' + secret } }));
  console.log(JSON.stringify({ url: '/?token=' + encodeURIComponent(secret) }));
  console.log('Basic ' + Buffer.from('id:' + secret).toString('base64'));
  console.log(Buffer.from('client_id:' + secret + ':').toString('base64url'));
  console.log(Buffer.from(secret).toString('hex'));
  process.stderr.write('cut off: ' + secret.slice(0, 22) + '…\\n');
  console.log('harmless', secret.length, secret.slice(0, 4));
};`;

describe('a function that is careless with a secret', () => {
  const functions = temporaryFunctions();
  let lambda: LambdaService;
  beforeAll(() => {
    lambda = createLambdaService({
      functions: [functions.add('careless', CARELESS)],
      endpoints: {},
      concurrency: 1,
      sessionTokenFor: () => 'session',
      logs: createLogs(undefined),
      onFailure: () => undefined,
    });
  });
  afterAll(async () => {
    await lambda.close();
    functions.remove();
  });

  it('is found out by each line that has it, and by no other', async () => {
    await lambda.invoke('careless', JSON.stringify({ secret: SECRET }));
    const lines = async () => (await lambda.logs('careless')).filter((line) => !line.startsWith('REPORT'));
    await expect.poll(lines).toHaveLength(8);
    const clean = (await lines()).filter((line) => finder.find(line).length === 0);
    expect(clean).toEqual([expect.stringContaining('harmless')]);
  });
});

it('knows which secret it found, and how many there are', () => {
  finder.learn('token', SECRET);
  finder.learn('other', 'another-secret-that-is-long-enough');
  expect(finder.find('… another-secret-that-is-long-enough …')).toEqual(['other']);
  expect([finder.count('token'), finder.count('other'), finder.count('unheard of')]).toEqual([1, 1, 0]);
});
