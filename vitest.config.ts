import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { closingLine } from './test/support/closing-line.ts';

// Vitest would set it for every project, those too whose files must run one after the other.
const { VITEST_MAX_WORKERS: asked } = process.env;
delete process.env.VITEST_MAX_WORKERS;

export default defineConfig({
  test: {
    reporters: ['default', closingLine((line) => process.stdout.write(`${line}\n`))],
    restoreMocks: true,
    unstubEnvs: true,
    // Limits for what hangs: a busy machine is many times slower than a quiet one.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    // On two processors it would be one at a time; but much of a test is waiting.
    maxWorkers: Number(asked) || Math.max(2, availableParallelism() - 1),
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/integration/**', 'test/e2e/**'],
        },
      },
      {
        extends: true,
        test: { name: 'own-stack', include: ['test/integration/own-stack/*.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/*.test.ts'],
          // One running stack for all of them: the real bundles, over HTTP.
          globalSetup: 'test/support/local-stack-setup.ts',
          // A ban by Spotify is the whole application's: one file's must not meet another's requests.
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          // Needs a Chromium, which `npm test` must not: see the script `test:e2e`.
          globalSetup: 'test/support/local-stack-setup.ts',
          fileParallelism: false,
        },
      },
    ],
  },
});
