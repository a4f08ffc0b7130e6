import { gunzipSync } from 'node:zlib';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { type LocalStack, startLocalStack } from '../../infra/local/stack.ts';
import { aConnectedUser, aUser, H3 } from './a-user.ts';
import { createDetour, type Deal, serveWay } from './detour.ts';
import { http } from './http-client.ts';
import { createSecretFinder, type SecretFinder } from './secret-finder.ts';
import { learningKms, learningSpotify } from './wire-secrets.ts';

/** How Spotify and AWS answer. */
interface Answering {
  readonly spotify: Deal;
  readonly aws: Deal;
  readonly dynamodb: Deal;
}

const straight: Deal = (_request, pass) => pass();

export type SecretWorld = Awaited<ReturnType<typeof startSecretWorld>>;

/**
 * A stack in which every secret is learned where it passes: on the wire to Spotify and from KMS, in consents, in what
 * users send. What users are answered is kept.
 */
export async function startSecretWorld() {
  const finder = createSecretFinder();
  const answered: { path: string; text: string }[] = [];
  let now: Answering = { spotify: straight, aws: straight, dynamodb: straight };
  const way = createDetour({
    spotify: learningSpotify(finder, (request, pass) => now.spotify(request, pass)),
    aws: learningKms(finder, (request, pass) => now.aws(request, pass)),
    dynamodb: (request, pass) => now.dynamodb(request, pass),
  });
  const stack = await startLocalStack({ detour: way.detour, retrySeconds: 1 });
  const api = await serveWay(stack.apiUrl, learningUsers(finder, answered));
  const urls = { apiUrl: api.url, spotifyUrl: stack.spotifyUrl ?? '' };

  /** Does what `work` does while some answer otherwise. */
  async function whileThey<T>(answer: Partial<Answering>, work: () => Promise<T>): Promise<T> {
    const before = now;
    now = { ...before, ...answer };
    try {
      return await work();
    } finally {
      now = before;
    }
  }

  /** A connected user with a list of three hours. */
  async function withOldList(settings?: object) {
    const user = await aConnectedUser(urls, settings);
    await user.artists();
    await user.age(H3);
    return user;
  }

  /** A user who has consented, and what the redirect brought. */
  async function consented() {
    const user = await aUser(urls);
    const consent = await user.consent();
    finder.learn('state', consent.state);
    finder.learn('authorization code', consent.code);
    return { user, consent };
  }

  return {
    stack,
    urls,
    finder,
    answered: answered as readonly { path: string; text: string }[],
    whileThey,
    withOldList,
    consented,
    /**
     * Every way in which the functions ask Spotify: to have a list, to renew one, to sync, to connect. The statuses, in
     * this order.
     */
    async askEveryWay(answer: Partial<Answering>, settings: object = {}): Promise<number[]> {
      const [cold, old, { user, consent }] = await Promise.all([
        aConnectedUser(urls),
        withOldList(),
        consented(),
      ]);
      await Promise.all([cold, old, user].map((each) => each.spotify(settings)));
      const replies = await whileThey(answer, () =>
        Promise.all([cold.artists(), old.artists(), cold.sync(), user.complete(consent)]),
      );
      await http('POST', `${stack.apiUrl}/_local/forget-cooldown`);
      return replies.map(({ status }) => status);
    },
    async close(): Promise<void> {
      await api.close();
      await stack.close();
      await way.close();
    },
  };
}

function learningUsers(finder: SecretFinder, answered: { path: string; text: string }[]): Deal {
  return async ({ headers, path }, pass) => {
    finder.learn('JWT', (headers.authorization ?? '').replace('Bearer ', ''));
    const reply = await pass();
    const body = reply.headers['content-encoding'] === 'gzip' ? gunzipSync(reply.body) : reply.body;
    if (!path.startsWith('/_local/'))
      answered.push({ path, text: `${JSON.stringify(reply.headers)} ${body.toString('utf8')}` });
    return reply;
  };
}

/** Every item of every table as text, its binary values as they are. */
export async function allItems({ dynamodbUrl: endpoint, model }: LocalStack) {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const db = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
  const tables = model.tables.map(async ({ name: TableName }) => {
    const { Items = [] } = await db.send(new ScanCommand({ TableName }));
    return Items.map((item) => ({ pk: item.pk?.S ?? '', text: JSON.stringify(item, binaryAsItIs) }));
  });
  const items = (await Promise.all(tables)).flat();
  db.destroy();
  return items;
}

function binaryAsItIs(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const raw = this[key];
  return raw instanceof Uint8Array ? Buffer.from(raw).toString('latin1') : value;
}
