import { type AwsCall, awsCallOf, FATES, type Fate, keyOf, meet } from '../support/aws-fates.ts';
import type { Deal, WireReply } from '../support/detour.ts';
import type { Random } from '../support/random.ts';
import type { Chronicle } from './chronicle.ts';

/** Of a thousand calls in fine weather. */
const WEIGHTS: Readonly<Record<Fate, number>> = {
  pass: 965,
  throttle: 12,
  fail: 6,
  cut: 4,
  'fail-after': 5,
  'cut-after': 4,
  hang: 1.5,
  'hang-after': 1.5,
  late: 1,
};
/** In a storm, most calls are refused, so that some fail three times in a row. */
const REFUSED_IN_STORM = 0.6;
const STORM_FATES = FATES.filter((fate) => !fate.includes('hang') && fate !== 'late');

/** Consents are seconds apart: no request of one arrives behind the reply to the next. */
const NEVER_LATE = /-(connect-platform|complete-connection|disconnect-platform)$/;
/** Lambda gives no receipt, whether it got the message or not. */
const INVOKE_HANGS = 0.15;

/** A call whose last attempt was refused: the SDK tries three times, less when much was refused of late. */
interface RefusedCall {
  readonly atMs: number;
  readonly caller: string;
  readonly key: string;
}

/** Told of each call that took effect, before its caller is. */
export type OnEffect = (call: AwsCall, reply: WireReply) => Promise<void> | void;

/**
 * The weather on the way to DynamoDB and KMS. Calls about one item pass one after the other, as DynamoDB itself has
 * it: so `onEffect` hears of them in the order in which they took effect.
 */
export function createStorageWeather(random: Random, chronicle: Chronicle, onEffect: OnEffect) {
  const refused = new Map<string, RefusedCall>();
  const turns = new Map<string, Promise<unknown>>();
  let isStormy = false;
  let isCalm = false;

  function fateOf({ caller }: AwsCall): Fate {
    if (isCalm) return 'pass';
    if (isStormy && random.chance(REFUSED_IN_STORM)) return random.pick(STORM_FATES);
    const fate = random.weighted(WEIGHTS);
    return fate === 'late' && NEVER_LATE.test(caller) ? 'hang-after' : fate;
  }

  function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const turn = (turns.get(key) ?? Promise.resolve()).then(work, work);
    turns.set(key, turn);
    const done = () => turns.get(key) === turn && turns.delete(key);
    turn.then(done, done);
    return turn;
  }

  /** A caller that tries again though its last try had been let through has not waited for the reply. */
  function noteImpatience(call: AwsCall): void {
    if (call.attempt > 1 && !refused.has(call.invocationId)) chronicle.count('fate timed out by itself');
  }

  function noteRefusal(call: AwsCall, key: string, what: string): void {
    const { caller, operation, invocationId, attempt } = call;
    chronicle.count(`fate ${what}`);
    const user = userOf(key);
    // What is refused to no user in particular is a number of the fleet's, and would hide what happened to a user.
    if (user) chronicle.tell(user, `${caller} ${operation} ${key}: ${what}, attempt ${attempt}`);
    refused.set(invocationId, { atMs: Date.now(), caller, key });
  }

  const deal: Deal = async (request, pass) => {
    const call = awsCallOf(request);
    const key = call.service.startsWith('DynamoDB') ? keyOf(call) : contextOf(call);
    const passInTurn = () =>
      inTurn(key, async () => {
        const reply = await pass();
        if (reply.status === 200) await onEffect(call, reply);
        return reply;
      });
    noteImpatience(call);
    const fate = fateOf(call);
    chronicle.count('calls to storage');
    if (fate === 'pass') refused.delete(call.invocationId);
    else noteRefusal(call, key, fate);
    return meet(fate, passInTurn);
  };

  /** What is handed over is about the user whose lease it is. */
  const dealInvoke: Deal = async (request, pass) => {
    const call = awsCallOf(request);
    if (isCalm || !random.chance(INVOKE_HANGS)) {
      refused.delete(call.invocationId);
      return pass();
    }
    noteRefusal(call, `Invoke ${call.input.userId}`, 'invoke hangs');
    if (random.chance(0.5)) await pass();
    return 'silent';
  };

  return {
    deal,
    dealInvoke,
    /** Calls that came to nothing. */
    refused: (): readonly RefusedCall[] => [...refused.values()],
    storm: (on: boolean) => {
      isStormy = on;
    },
    /** Nothing befalls any call from now on. */
    calm: () => {
      isCalm = true;
    },
  };
}

/** KMS is told whose key it is about. */
const contextOf = ({ input, operation }: AwsCall) => `${operation} ${input.EncryptionContext?.userId ?? ''}`;

/** User ids of the harness hold no space and no colon. */
export function userOf(key: string): string | undefined {
  return /\b(person-\d+)\b/.exec(key)?.[1];
}
