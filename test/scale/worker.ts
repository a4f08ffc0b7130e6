/** Plays one day in a thread of its own: the two days of a run take a processor each. */
import { parentPort, workerData } from 'node:worker_threads';
import { playDay } from './day.ts';

parentPort?.postMessage(await playDay(workerData));
