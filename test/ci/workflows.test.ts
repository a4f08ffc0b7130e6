import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseConfig } from '../../infra/config.ts';
import { loadWorkflowParser } from '../support/workflow-parser.ts';

const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = loadWorkflowParser();
const DIRECTORY = join(import.meta.dirname, '../../.github/workflows');

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly needs?: string;
        readonly if?: string;
        readonly environment?: { readonly name: string };
        readonly permissions?: Readonly<Record<string, string>>;
        readonly 'timeout-minutes'?: number;
        readonly env?: Readonly<Record<string, string>>;
        readonly steps: readonly Step[];
      }
    >
  >;
}

const files = readdirSync(DIRECTORY).map((name) => ({
  name,
  content: readFileSync(join(DIRECTORY, name), 'utf8'),
}));
const workflow = (name: string) => parse(files.find((file) => file.name === name)?.content ?? '') as Workflow;
const stepsOf = ({ jobs }: Workflow) => Object.values(jobs).flatMap(({ steps }) => steps);

/** As a workflow has it. */
const expression = (text: string) => `\${{ ${text} }}`;

async function problemsOf(file: { name: string; content: string }): Promise<string[]> {
  const { context, value } = parseWorkflow(file, new NoOperationTraceWriter());
  if (value) await convertWorkflowTemplate(context, value);
  return context.errors.getErrors().map(({ message }) => message);
}

describe.each(files)('$name', ({ name, content }) => {
  it("is a workflow by GitHub's own schema and expressions", async () => {
    expect(await problemsOf({ name, content })).toEqual([]);
  });

  it('runs what was reviewed: every action at a commit, every job with an end, no right that is not named', () => {
    const { permissions, jobs } = workflow(name);
    const used = stepsOf(workflow(name)).flatMap(({ uses }) => uses ?? []);
    expect(used.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/.test(action))).toEqual([]);
    expect(permissions).toEqual({ contents: 'read' });
    for (const job of Object.values(jobs)) expect(job['timeout-minutes']).toBeLessThanOrEqual(30);
  });

  it('keeps the token of the repository out of its work tree', () => {
    const checkouts = stepsOf(workflow(name)).filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    for (const step of checkouts) expect(step.with).toMatchObject({ 'persist-credentials': false });
  });

  it('takes no input into a script, where it would be run', () => {
    const scripts = stepsOf(workflow(name)).flatMap(({ run }) => run ?? []);
    expect(scripts.filter((script) => script.includes('${{'))).toEqual([]);
  });
});

it('finds what is wrong with a workflow', async () => {
  const content =
    'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    permisions: {}\n    steps: [{ run: x }]\n';
  expect(await problemsOf({ name: 'wrong.yml', content })).toEqual([expect.stringContaining('permisions')]);
});

describe('the checks', () => {
  it('run on every push: the tests, and the synthesis of both stages without a warning', () => {
    const check = workflow('check.yml');
    expect(check.on).toHaveProperty('push', null);
    const steps = stepsOf(check);
    expect(steps.map(({ run }) => run)).toEqual(
      expect.arrayContaining(['bash .ci/run', 'npm run synth -- --strict']),
    );
    const { STAGE, JWT_ISSUER, JWT_AUDIENCE, SPOTIFY_CLIENT_ID, SPOTIFY_REDIRECT_URI, ALARM_EMAIL } =
      steps.find(({ env }) => env?.STAGE === 'prod')?.env ?? {};
    expect(
      parseConfig({
        stage: STAGE,
        jwtIssuer: JWT_ISSUER,
        jwtAudience: JWT_AUDIENCE,
        spotifyClientId: SPOTIFY_CLIENT_ID,
        spotifyRedirectUri: SPOTIFY_REDIRECT_URI,
        alarmEmail: ALARM_EMAIL,
      }),
    ).toMatchObject({ stage: 'prod' });
  });
});

describe('the deployment', () => {
  const { on, jobs } = workflow('deploy.yml');

  it('begins by hand, from main alone, once the checks have passed', () => {
    expect(Object.keys(on)).toEqual(['workflow_dispatch']);
    expect(jobs.check?.if).toBe("github.ref == 'refs/heads/main'");
    expect(jobs.deploy?.needs).toBe('check');
  });

  it('waits for the approval that the environment of the stage asks for', () => {
    expect(jobs.deploy?.environment?.name).toBe(expression('inputs.stage'));
  });

  it('has no key of AWS: a role takes the token of the run', () => {
    expect(jobs.deploy?.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
    const credentials = jobs.deploy?.steps.find(({ uses }) => uses?.includes('configure-aws-credentials'));
    expect(credentials?.with).toMatchObject({ 'role-to-assume': expression('vars.AWS_DEPLOY_ROLE_ARN') });
    expect(JSON.stringify(jobs)).not.toMatch(/secrets\./);
  });

  it('sets what prod must be told', () => {
    expect(Object.keys(jobs.deploy?.env ?? {})).toEqual(
      expect.arrayContaining([
        'STAGE',
        'JWT_ISSUER',
        'JWT_AUDIENCE',
        'SPOTIFY_CLIENT_ID',
        'SPOTIFY_REDIRECT_URI',
        'ALARM_EMAIL',
      ]),
    );
  });
});
