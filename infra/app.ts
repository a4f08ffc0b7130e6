import { Annotations } from 'aws-cdk-lib';
import { MissingFunction } from './bundle.ts';
import { ConfigError, hasPlaceholders, readConfig } from './config.ts';
import { addStacks, createApp } from './synthesize.ts';

try {
  const app = createApp();
  const config = readConfig((key) => app.node.tryGetContext(key), process.env);
  const stacks = addStacks(app, config, { keptBundles: app.node.tryGetContext('keptBundles') });
  if (hasPlaceholders(config)) {
    // No warning: an unconfigured synthesis is what developers and checks do all day. Deploying it fails by itself.
    Annotations.of(stacks.api).addInfoV2(
      'artists-cache:placeholder',
      'jwtIssuer, spotifyClientId or spotifyRedirectUri is a placeholder: good for synthesis, useless in a deployment',
    );
  }
  // They take as long as all the rest; the local stack, which only runs the result, goes without.
  if (app.node.tryGetContext('checks') !== false) {
    const { addChecks } = await import('./checks.ts');
    addChecks(app, stacks);
  }
  app.synth();
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof MissingFunction)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
