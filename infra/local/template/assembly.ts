import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StartProblem } from '../problem.ts';

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** What the local stack reads of a CloudFormation template. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Parameters?: Readonly<Record<string, { readonly Default?: unknown }>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Outputs?: Readonly<
    Record<string, { readonly Value: unknown; readonly Export?: { Name: unknown } }>
  >;
}

export interface Stack {
  readonly name: string;
  readonly template: Template;
  /** Where the code of a function lies, by the hash in its S3 key. */
  readonly assetPaths: ReadonlyMap<string, string>;
}

interface Manifest {
  artifacts: Record<
    string,
    { type: string; displayName?: string; properties?: { templateFile?: string; stackName?: string } }
  >;
}

interface AssetManifest {
  files?: Record<string, { source: { path?: string } }>;
}

/** Reads every stack of a synthesized cloud assembly. */
export function readAssembly(directory: string): Stack[] {
  const manifestPath = join(directory, 'manifest.json');
  if (!existsSync(manifestPath)) throw new StartProblem(`no synthesized application in ${directory}`);
  const { artifacts } = readJson<Manifest>(manifestPath);
  return Object.entries(artifacts)
    .filter(([, artifact]) => artifact.type === 'aws:cloudformation:stack')
    .map(([id, { properties }]) => {
      const templateFile = properties?.templateFile ?? `${id}.template.json`;
      return {
        name: properties?.stackName ?? id,
        template: readJson<Template>(join(directory, templateFile)),
        assetPaths: readAssets(directory, `${id}.assets.json`),
      };
    });
}

function readAssets(directory: string, file: string): Map<string, string> {
  const path = join(directory, file);
  if (!existsSync(path)) return new Map();
  const { files = {} } = readJson<AssetManifest>(path);
  return new Map(
    Object.entries(files).flatMap(([hash, { source }]) =>
      source.path ? [[hash, resolve(directory, source.path)]] : [],
    ),
  );
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}
