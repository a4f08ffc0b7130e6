import { findChromium } from '../support/chromium.ts';

// Before anything slow begins: one line rather than a failure of every test.
try {
  findChromium();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
