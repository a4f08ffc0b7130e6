import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from '../aws/aws-error.ts';
import { ACCOUNT_ID } from '../template/resources.ts';
import { createAccessLedger } from './access-ledger.ts';
import { type AccessRequest, isAllowed, type Statement } from './policy.ts';
import type { SessionTokens } from './session-tokens.ts';

export type Guard = ReturnType<typeof createGuard>;

/**
 * Lets each function do what the policies of its role in the template allow, and nothing else, as IAM does.
 *
 * The caller is the access key id in the signature, which names the function, and is believed with the session token of
 * this run for that name (the signature itself is not checked). With a token for another name comes the owner of the
 * run, who may do everything.
 *
 * @param policies by the name of the function; one that is missing here has no role in the templates and is let through
 */
export function createGuard(
  policies: ReadonlyMap<string, readonly Statement[]>,
  tokens: Pick<SessionTokens, 'isGenuine'>,
) {
  const ledger = createAccessLedger(policies);
  return {
    /**
     * The function that signed a request; undefined for one without a role, and for the owner of the run.
     * @throws AwsError `UnrecognizedClientException` for a caller of any other kind
     */
    callerOf(headers: IncomingHttpHeaders): string | undefined {
      const id = /Credential=([^/,\s]+)\//.exec(headers.authorization ?? '')?.[1] ?? '';
      if (!tokens.isGenuine(id, headers['x-amz-security-token'])) {
        const message = 'The security token included in the request is invalid.';
        throw new AwsError('UnrecognizedClientException', message, { status: 403 });
      }
      return policies.has(id) ? id : undefined;
    },
    /** @throws AwsError `AccessDeniedException` for the first request that the role does not allow */
    check(caller: string, requests: readonly AccessRequest[], status = 400): void {
      const statements = policies.get(caller) ?? [];
      for (const request of requests) {
        if (!isAllowed(statements, request)) {
          ledger.deny(caller, request);
          throw new AwsError('AccessDeniedException', refusal(caller, request), { status });
        }
        ledger.use(caller, request);
      }
    },
    report: () => ledger.report(),
  };
}

function refusal(caller: string, { action, resource }: AccessRequest): string {
  const user = `arn:aws:sts::${ACCOUNT_ID}:assumed-role/${caller}/${caller}`;
  return `User: ${user} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
}
