import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Subjects } from './subject.ts';

const require = createRequire(import.meta.url);

/** The bundle of the subjects, which takes its settings from the environment of this process. */
export const loadSubjects = (bundles: string): Subjects => require(join(bundles, 'subjects', 'index.js'));
