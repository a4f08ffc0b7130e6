import type { LocalStack } from '../../infra/local/stack.ts';
import { anEvent } from './api-event.ts';
import { type HttpReply, http } from './http-client.ts';

/** One request for a page of a user's list. */
export interface PageAsked {
  readonly user: string;
  readonly query?: Record<string, string>;
}

export interface PageAnswered {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests assert on what comes, whatever it is
  readonly json: any;
}

/** As many processes of `get-artists` as the stack may run, kept busy side by side, without a gateway in between. */
export function createFleet({ lambda, model }: Pick<LocalStack, 'lambda' | 'model'>, size: number) {
  const name = model.functions.find((spec) => spec.name.endsWith('-get-artists'))?.name ?? '';

  async function ask({ user, query = {} }: PageAsked): Promise<PageAnswered> {
    const event = anEvent({ path: '/api/user/artists', user, query });
    const outcome = await lambda.invoke(name, JSON.stringify(event));
    if (outcome.kind === 'error') throw new Error(`the function failed: ${outcome.payload}`);
    const { statusCode, body } = JSON.parse(outcome.payload);
    return { status: statusCode, json: JSON.parse(body) };
  }

  return {
    ask,
    /** Each process asks for one page after the other. */
    async askAll(pages: readonly PageAsked[]): Promise<PageAnswered[]> {
      const answers: PageAnswered[] = [];
      let next = 0;
      const worker = async () => {
        for (let page = pages[next++]; page !== undefined; page = pages[next++])
          answers.push(await ask(page));
      };
      await Promise.all(Array.from({ length: size }, worker));
      return answers;
    },
    processes: () => lambda.environments(name).length,
    /** From now on every process is a new one. */
    kill: () => lambda.kill(name),
  };
}

/** What the operator sees. */
export async function readStats(apiUrl: string): Promise<HttpReply['json']> {
  const body = { user: 'operator', scope: 'cache:stats' };
  const { access_token: token } = (await http('POST', `${apiUrl}/_local/token`, { body })).json;
  const headers = { authorization: `Bearer ${token}` };
  return (await http('GET', `${apiUrl}/api/cache/stats`, { headers })).json.data;
}
