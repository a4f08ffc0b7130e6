import { inject } from 'vitest';
import { http } from './http-client.ts';

/** The Lambda functions of the shared stack, by the name of their file. They serve every test: kill with care. */
export function remoteLambda() {
  const { remoteUrl } = inject('stack');
  return {
    /** Every line that the function has written since the stack was started. */
    logs: async (name: string): Promise<string[]> => (await http('GET', `${remoteUrl}/logs/${name}`)).json,
    /** How many execution environments it has. */
    environments: async (name: string): Promise<number> =>
      (await http('GET', `${remoteUrl}/environments/${name}`)).json,
    /** Ends its execution environments, busy or not; the next invocation is a cold start. */
    kill: async (name: string): Promise<void> => void (await http('POST', `${remoteUrl}/kill/${name}`)),
    invoke: async (name: string, event: unknown): Promise<{ kind: 'ok' | 'error'; payload: string }> =>
      (await http('POST', `${remoteUrl}/invoke/${name}`, { body: event })).json,
  };
}
