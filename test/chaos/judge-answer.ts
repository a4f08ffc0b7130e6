import { requireReplyOfContract } from '../support/reply-contract.ts';
import { judgeList, mayBeRevoked, possibleAccounts } from './judge-list.ts';
import type { Exchange, Person } from './person.ts';
import { NOTHING } from './person.ts';
import type { World } from './world.ts';

/** Holds an answer against what its user may be told. */
export async function judgeAnswer(world: World, person: Person, exchange: Exchange): Promise<void> {
  const { status, json } = exchange.reply;
  const { chronicle } = world;
  const code = json?.error?.code ?? '';
  chronicle.count('requests');
  chronicle.count(
    `status ${status}${code && ` ${code}`}${json?.error || status < 400 ? '' : ' of the gateway'}`,
  );
  if (json && 'success' in json) judgeForm(world, person, exchange);
  if (status >= 500) await judgeFailure(world, person, exchange, code);
  if (exchange.functionName !== 'get-artists') return;
  if (status === 200) judgeList(world, person, exchange);
  else judgeRefusal(world, person, exchange, code);
}

/** Whatever goes wrong, the service answers as docs/openapi.json says. What the gateway answers itself is not its own. */
function judgeForm({ chronicle }: World, { id }: Person, { method, path, reply }: Exchange): void {
  try {
    requireReplyOfContract({ ...reply, method, path, body: reply.text });
  } catch (error) {
    chronicle.violate('contract', id, (error as Error).message);
  }
}

/** Killed, or refused by storage itself: what could not have been prevented. */
async function judgeFailure(world: World, person: Person, exchange: Exchange, code: string): Promise<void> {
  const { functionName, beganAtMs, endedAtMs, reply } = exchange;
  if (code === 'STORAGE_UNAVAILABLE' && refusedFor(world, person, exchange)) return;
  if (code === 'STORAGE_UNAVAILABLE' && world.store.remembersFailure(person.id, beganAtMs)) return;
  if (code === 'STORAGE_UNAVAILABLE' || code === 'INTERNAL') {
    const log = await world.logOf(functionName, reply.json.error.request_id);
    // Nothing made it wait: the machine had no time for it.
    if (log.includes('"TimeoutError"'))
      return world.chronicle.count('timeouts of a machine too slow for the run');
    return world.chronicle.violate('refusal', person.id, `${functionName}: ${code} without a cause. ${log}`);
  }
  if (code !== '') return;
  if (world.kills.explains(functionName, beganAtMs, endedAtMs)) {
    world.chronicle.count('killed requests');
    return;
  }
  const tookMs = endedAtMs - beganAtMs;
  const what = `${functionName}: ${reply.status} ${reply.text} after ${tookMs} ms, and it was not killed`;
  world.chronicle.violate('crash', person.id, what);
}

/** What a copy is made of: the entry, and the selection that lies over one that a toggle outdated. */
const COPY = /^user_artists:| selection$/;

/** Calls about the user, or about none in particular, that failed for good while the request ran. */
function refusedFor({ weather }: World, { id }: Person, exchange: Exchange, only = /^/): boolean {
  const { functionName, beganAtMs, endedAtMs } = exchange;
  return weather
    .refused()
    .some(
      ({ atMs, caller, key }) =>
        atMs >= beganAtMs &&
        atMs <= endedAtMs &&
        caller.endsWith(`-${functionName}`) &&
        only.test(key) &&
        (key.endsWith(id) ||
          key.includes(`${id} `) ||
          key.includes('cooldown') ||
          key.startsWith('GetSecretValue')),
    );
}

/** An error, though there may have been a copy all the time. */
function judgeRefusal(world: World, person: Person, exchange: Exchange, code: string): void {
  const { chronicle, store } = world;
  const { beganAtMs, endedAtMs, reply } = exchange;
  if (code === '') return;
  if (store.hadUsableCopy(person.id, beganAtMs, endedAtMs)) {
    if (code === 'STORAGE_UNAVAILABLE' && refusedFor(world, person, exchange, COPY)) {
      chronicle.count('copies that storage itself refused to give');
      return;
    }
    chronicle.violate('refusal', person.id, `${reply.status} ${code} though a copy was there`);
  }
  const accounts = possibleAccounts(person, exchange);
  if (code === 'PLATFORM_NOT_CONNECTED' && !accounts.has(NOTHING))
    chronicle.violate('tokenLost', person.id, 'not connected any more');
  if (code === 'SPOTIFY_TOKEN_REVOKED' && !mayBeRevoked(world, person, exchange))
    chronicle.violate('tokenLost', person.id, 'called revoked, although it was not');
}
