import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

/** Where distributions and people put it. */
const USUAL_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const HOW_TO_GET_IT =
  'apt-get install -y chromium, or name one that is there: CHROMIUM_PATH=/path/to/chromium npm run test:e2e';

/** The Chromium of this machine. @throws Error of one line that says what to do without one */
export function findChromium(): string {
  const chosen = process.env.CHROMIUM_PATH;
  const path = chosen ? [chosen].find(existsSync) : USUAL_PATHS.find(existsSync);
  if (path === undefined) {
    throw new Error(`${chosen ? `there is no ${chosen}` : 'there is no Chromium here'}: ${HOW_TO_GET_IT}`);
  }
  return path;
}

/** Nothing that the browser does of its own accord goes to the network. */
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A browser without a window, with a profile of its own that goes with it. */
export const launchChromium = () =>
  chromium.launch({ executablePath: findChromium(), headless: true, args: ARGS });
