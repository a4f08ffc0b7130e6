import { expect, it } from 'vitest';
import { resourcesOf, templatesOf } from '../support/template.ts';
import { functionVariables } from './dynamodb.ts';

/** Given for each run, or of no use to what is measured. */
const OTHERS = ['CACHE_TABLE', 'ACCOUNT_TABLE', 'POWERTOOLS_LOG_LEVEL'];

it('the bench tells functions all that a deployment tells them: without it they do not start', () => {
  const deployed = resourcesOf(templatesOf().api, 'AWS::Lambda::Function').flatMap(({ Properties }) =>
    Object.keys((Properties.Environment as { Variables?: object })?.Variables ?? {}),
  );
  expect(deployed.length).toBeGreaterThan(0);
  const told = [...Object.keys(functionVariables), ...OTHERS];
  expect([...new Set(deployed)].filter((name) => !told.includes(name))).toEqual([]);
});
