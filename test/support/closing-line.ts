import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/**
 * Ends every run with one plain line, `12 passed, 0 failed`, for people and programs that read only the end.
 * A file or a suite that fails outside of its tests (an import, a `beforeAll`) counts as one failure more.
 */
export function closingLine(write: (line: string) => void): Reporter {
  return {
    onTestRunEnd(modules, unhandledErrors) {
      write(describeRun(modules, unhandledErrors));
    },
  };
}

function describeRun(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): string {
  const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
  for (const module of modules) {
    for (const test of module.children.allTests()) counts[test.result().state] += 1;
    counts.failed += [module, ...module.children.allSuites()].filter(
      (part) => part.errors().length > 0,
    ).length;
  }
  const notRun = counts.skipped + counts.pending;
  return `${counts.passed} passed, ${counts.failed} failed${notRun > 0 ? `, ${notRun} skipped` : ''}`;
}
