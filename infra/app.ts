import { MissingFunction } from './bundle.ts';
import { ConfigError, readConfig } from './config.ts';
import { addStacks, createApp } from './synthesize.ts';

try {
  const app = createApp();
  addStacks(
    app,
    readConfig((key) => app.node.tryGetContext(key), process.env),
  );
  app.synth();
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof MissingFunction)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
