import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseConfig } from '../../infra/config.ts';
import { functionNames } from '../../infra/functions.ts';
import { synthesize } from '../../infra/synthesize.ts';

let directory: string;
let assembly: ReturnType<typeof synthesize>;

interface Template {
  readonly Resources: Record<
    string,
    { Type: string; Properties: { FunctionName: string; Code: { S3Key: string } } }
  >;
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'synthesize-'));
  const sourceDirectory = join(directory, 'functions');
  mkdirSync(sourceDirectory);
  for (const name of functionNames) {
    writeFileSync(
      join(sourceDirectory, `${name}.ts`),
      `export const handler = async () => '${name}' as string;`,
    );
  }
  assembly = synthesize(parseConfig({}), { outdir: join(directory, 'out'), sourceDirectory });
});

afterAll(() => rmSync(directory, { recursive: true }));

it('makes the stacks of the stage in the order in which they deploy', () => {
  expect(assembly.stacks.map(({ stackName }) => stackName)).toEqual([
    'artists-cache-dev-data',
    'artists-cache-dev-api',
    'artists-cache-dev-monitoring',
  ]);
});

it('fixes neither account nor region', () => {
  for (const { environment } of assembly.stacks) {
    expect(environment).toMatchObject({ account: 'unknown-account', region: 'unknown-region' });
  }
});

it('puts beside every function a bundle that answers when it is required', () => {
  const { Resources } = assembly.getStackByName('artists-cache-dev-api').template as Template;
  const { files } = JSON.parse(readFileSync(join(assembly.directory, 'Api.assets.json'), 'utf8'));
  const functions = Object.values(Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');

  const answers = functions.map(({ Properties }) => {
    const path = join(
      assembly.directory,
      files[Properties.Code.S3Key.replace('.zip', '')].source.path,
      'index.js',
    );
    expect(existsSync(path)).toBe(true);
    const call = `require(${JSON.stringify(path)}).handler().then((name) => process.stdout.write(name))`;
    return [Properties.FunctionName, execFileSync(process.execPath, ['-e', call], { encoding: 'utf8' })];
  });

  expect(answers).toEqual(functionNames.map((name) => [`artists-cache-dev-${name}`, name]));
});
