import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { bundleOptions } from '../../infra/bundle.ts';
import { functionNames } from '../../infra/functions.ts';

describe('a bundle', () => {
  test.each(functionNames)(
    'of %s holds functions, shared code and packages, and nothing of the local stack',
    async (name) => {
      const { metafile, outputFiles } = await build({
        ...bundleOptions,
        entryPoints: [`functions/${name}.ts`],
        outdir: 'unused',
        write: false,
        metafile: true,
      });
      const inputs = Object.keys(metafile.inputs);
      expect(inputs.filter((path) => !/^(functions|shared|node_modules)\//.test(path))).toEqual([]);
      expect(inputs.filter((path) => /dynalite|jose|esbuild|aws-cdk|vitest/.test(path))).toEqual([]);
      expect(outputFiles[0]?.text).not.toMatch(/_local\/|_control\/|infra\/local/);
    },
  );
});
