import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FunctionSpec } from '../../infra/local/template/functions.ts';

/** Bundles in a directory of their own, until `remove`. */
export function temporaryFunctions() {
  const root = mkdtempSync(join(tmpdir(), 'artists-cache-test-'));
  return {
    /** @param code CommonJS that sets `exports.handler` */
    add(name: string, code: string, overrides: Partial<FunctionSpec> = {}): FunctionSpec {
      const codePath = join(root, name);
      mkdirSync(codePath);
      writeFileSync(join(codePath, 'index.js'), code);
      return {
        name,
        arn: `arn:aws:lambda:us-east-1:123456789012:function:${name}`,
        handler: 'index.handler',
        codePath,
        environment: {},
        timeoutSeconds: 10,
        memoryMb: 256,
        logFormat: 'Text',
        reservedConcurrency: undefined,
        asyncRetries: 2,
        ...overrides,
      };
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
