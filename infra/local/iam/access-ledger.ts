import { grantsOf, LEADING_KEYS, nameOfGrant, usedGrants } from './grants.ts';
import type { AccessRequest, Statement } from './policy.ts';

/** What became of the permissions of one function: grants in the words of `nameOfGrant`, sorted. */
export interface FunctionAccess {
  readonly used: readonly string[];
  /** Granted, and never made use of. */
  readonly unused: readonly string[];
  /** Asked for, and refused because nothing granted it. */
  readonly denied: readonly string[];
}

/** By the name of the function. */
export type AccessReport = Readonly<Record<string, FunctionAccess>>;

/** Keeps what each function was granted, used and refused. */
export function createAccessLedger(policies: ReadonlyMap<string, readonly Statement[]>) {
  const accounts = new Map(
    [...policies].map(([name, statements]) => [
      name,
      { grants: grantsOf(statements), used: new Set<string>(), denied: new Set<string>() },
    ]),
  );
  return {
    use(caller: string, request: AccessRequest): void {
      const account = accounts.get(caller);
      for (const grant of usedGrants(account?.grants ?? [], request)) account?.used.add(nameOfGrant(grant));
    },
    deny(caller: string, request: AccessRequest): void {
      const keys = request.context[LEADING_KEYS]?.join();
      accounts.get(caller)?.denied.add(nameOfGrant({ ...request, keys }));
    },
    report(): AccessReport {
      const rows = [...accounts].map(([name, { grants, used, denied }]) => {
        const granted = [...new Set(grants.map(nameOfGrant))].toSorted();
        const unused = granted.filter((grant) => !used.has(grant));
        return [name, { used: [...used].toSorted(), unused, denied: [...denied].toSorted() }] as const;
      });
      return Object.fromEntries(rows);
    },
  };
}
