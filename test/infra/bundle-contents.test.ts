import { describe, expect, test } from 'vitest';
import { functionNames } from '../../infra/functions.ts';
import { bundleOf } from '../support/bundle-sizes.ts';

describe('a bundle', () => {
  test.each(functionNames)(
    'of %s holds functions, shared code and packages, and nothing of the local stack',
    (name) => {
      const { inputs, texts } = bundleOf(name);
      expect(inputs.filter((path) => !/^(functions|shared|node_modules)\//.test(path))).toEqual([]);
      expect(inputs.filter((path) => /dynalite|jose|esbuild|aws-cdk|vitest/.test(path))).toEqual([]);
      expect(texts.join('\n')).not.toMatch(/_local\/|_control\/|infra\/local/);
    },
  );
});
