import { type DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { FakeCommand, FakeDynamo } from '../support/fake-dynamo.ts';
import type { Actor, Scheduler } from './scheduler.ts';

/** How sending a command may go wrong. */
export type Fault =
  | 'throttled'
  | 'request lost'
  | 'answer lost'
  /** The client has given up; the write takes effect at some later time all the same. */
  | 'late write'
  /** The SDK lost the first answer and asks again. */
  | 'repeated'
  /** The SDK lost the first attempt on the way, and it arrives after the second was answered. */
  | 'echoed'
  | 'dies before'
  | 'dies after';

const FAULTS: readonly Fault[] = [
  'throttled',
  'request lost',
  'answer lost',
  'late write',
  'repeated',
  'echoed',
  'dies before',
  'dies after',
];
/** One command in so many meets a fault: choices above this, each fault as often as the others. */
const FAULT_FROM = 242;
/** So late is an echo, at the most 255 times. */
const ECHO_STEP_MS = 2;
/** A selection is seldom written, and what comes late would undo what its user did since: above this it does. */
const ECHOED_SELECTION = 200;
/** Above this the answer arrives later than it was given. */
const SLOW_ANSWER = 180;

/**
 * Sees each command just before it takes effect, and returns what is to be checked right after. `sentAtMs`: when the
 * actor sent it, by its own clock.
 */
export type Watch<TActor> = (
  actor: TActor,
  command: FakeCommand,
  sentAtMs: number,
) => (outcome: { ok: boolean }) => void;

interface ClientDeps<TActor extends Actor> {
  fake: FakeDynamo;
  scheduler: Scheduler;
  watch: Watch<TActor>;
  onFault: (actor: TActor, fault: Fault) => void;
  /** Whether anything may go wrong now. */
  hasFaults: () => boolean;
}

const isSelecting = ({ input }: FakeCommand) => 'Key' in input && input.Key?.sk === 'selection';

const failure = (name: string) => Object.assign(new Error(name), { name });

/** The DynamoDB client of an actor: every command waits for its turn, and may meet a fault there. */
export function clientOf<TActor extends Actor>(
  actor: TActor,
  deps: ClientDeps<TActor>,
): DynamoDBDocumentClient {
  const { fake, scheduler, watch, onFault, hasFaults } = deps;

  /** Takes effect now; the outcome is for those that still want it. */
  function execute(command: FakeCommand, sentAtMs: number): () => object {
    const after = watch(actor, command, sentAtMs);
    const outcome = attempt(command);
    after({ ok: 'result' in outcome });
    return () => {
      if ('result' in outcome) return outcome.result;
      throw outcome.error;
    };
  }

  function attempt(command: FakeCommand): { result: object } | { error: unknown } {
    try {
      return { result: fake.execute(command) };
    } catch (error) {
      return { error };
    }
  }

  function faultOf(command: FakeCommand): Fault | undefined {
    if (!hasFaults()) return undefined;
    const choice = scheduler.choose();
    if (choice < FAULT_FROM) return isSelecting(command) && choice > ECHOED_SELECTION ? 'echoed' : undefined;
    const fault = FAULTS[choice % FAULTS.length] as Fault;
    const isRead = command instanceof GetCommand || command instanceof QueryCommand;
    return isRead && (fault === 'late write' || fault === 'repeated' || fault === 'echoed')
      ? 'request lost'
      : fault;
  }

  /** The network delivers it a moment later, whatever becomes of the sender. */
  function echo(command: FakeCommand, sentAtMs: number): void {
    const network = { ...actor, dead: false };
    const laterMs = scheduler.choose() * ECHO_STEP_MS;
    void scheduler
      .clockOf(network)
      .sleep(laterMs)
      .then(() => execute(command, sentAtMs));
  }

  function send(command: FakeCommand): Promise<object> {
    const sentAtMs = scheduler.nowMs + actor.skewMs;
    return new Promise((resolve, reject) => {
      const settle = (outcome: () => object) => {
        try {
          resolve(outcome());
        } catch (error) {
          reject(error);
        }
      };
      const answer = (outcome: () => object) => {
        if (scheduler.choose() < SLOW_ANSWER) settle(outcome);
        else scheduler.enqueue(actor, () => settle(outcome));
      };
      scheduler.enqueue(actor, () => {
        const fault = faultOf(command);
        if (fault) onFault(actor, fault);
        switch (fault) {
          case undefined:
            return answer(execute(command, sentAtMs));
          case 'throttled':
            return reject(failure('ThrottlingException'));
          case 'request lost':
            return reject(failure('TimeoutError'));
          case 'answer lost':
            execute(command, sentAtMs);
            return reject(failure('TimeoutError'));
          case 'late write':
            // The network delivers it, whatever becomes of the sender.
            scheduler.enqueue({ ...actor, dead: false }, () => execute(command, sentAtMs));
            return reject(failure('TimeoutError'));
          case 'repeated':
            execute(command, sentAtMs);
            return scheduler.enqueue(actor, () => answer(execute(command, sentAtMs)));
          case 'echoed': {
            const outcome = execute(command, sentAtMs);
            echo(command, sentAtMs);
            return answer(outcome);
          }
          case 'dies before':
            actor.dead = true;
            return;
          case 'dies after':
            execute(command, sentAtMs);
            actor.dead = true;
        }
      });
    });
  }

  return { send } as unknown as DynamoDBDocumentClient;
}
