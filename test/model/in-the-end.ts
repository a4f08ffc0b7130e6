import type { Answer } from '../../shared/cache/answer.ts';
import type { AppError } from '../../shared/errors.ts';
import { createConnectionStore } from '../../shared/platforms/connection-store.ts';
import { TABLES } from '../support/dynalite.ts';
import type { FakeDynamo } from '../support/fake-dynamo.ts';
import type { History } from './history.ts';
import type { Plan, User } from './plan.ts';
import type { Platform } from './platform.ts';
import { readEntry } from './store-properties.ts';

interface EndDeps {
  fake: FakeDynamo;
  history: History;
  platform: Pick<Platform, 'revoked' | 'hasRefusedAll'>;
  plan: Pick<Plan, 'faults'>;
  /** Known to outlast the request of a user with an old copy. */
  impatientMs: number;
  ask: (user: User) => Promise<Answer | AppError>;
}

/** When all is quiet and well again: whether the user is served right; false when it is only a matter of asking again. */
export function servedInTheEnd({ fake, history, platform, plan, impatientMs, ask }: EndDeps) {
  const connections = createConnectionStore({ db: fake.db, table: TABLES.account });

  /** Each user is asked to come again once for each reason. */
  const excused = new Set<string>();

  async function mustBeFresh(user: User, account: string | undefined): Promise<boolean> {
    if (account === undefined || platform.revoked.has(account)) return false;
    // Where instances die, the only token that works may die with one.
    return !(plan.faults && (await connections.read(user))?.status === 'revoked');
  }

  /** Handed on, while another probes a ban or a storm, or without a list that goes on failing. */
  function passingReasons(user: User, answer: Answer | AppError): string[] {
    const code = 'cacheStatus' in answer ? answer.warningCode : answer.code;
    const isLong = ((readEntry(fake, user)?.computationMs as number | undefined) ?? 0) > impatientMs;
    // A copy that lacks a list says so, also while another is computed.
    const isHandedOn = isLong && (code === 'REFRESH_IN_PROGRESS' || code === 'PARTIAL_LIST');
    const isPassing =
      code === 'SPOTIFY_RATE_LIMITED' ||
      code === 'PARTIAL_LIST' ||
      (code === 'SPOTIFY_TOKEN_REVOKED' && platform.hasRefusedAll);
    return [...(isHandedOn ? [`${user} handed on`] : []), ...(isPassing ? [`${user} ${code}`] : [])];
  }

  return async function isServed(user: User): Promise<boolean> {
    const { accountId } = (await connections.read(user)) ?? {};
    const answer = await ask(user);
    const isFresh = 'cacheStatus' in answer && answer.cacheStatus === 'fresh';
    const isExpected = await mustBeFresh(user, accountId);
    if (isExpected && !isFresh) {
      // One may follow the other: who was not let in at first may then find that the list takes long.
      const reason = passingReasons(user, answer).find((passing) => !excused.has(passing));
      if (reason !== undefined) {
        excused.add(reason);
        return false;
      }
      history.broken('in the end', `${user} is served ${JSON.stringify(answer)} ${answer}, not fresh`);
    }
    if (!isExpected && isFresh && !answer.cached)
      history.broken('in the end', `${user} is given a new list, and there is no consent`);
    return true;
  };
}
