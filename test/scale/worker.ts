/** Plays one day in a thread of its own: the two days of a run take a processor each. */
import { parentPort, workerData } from 'node:worker_threads';
import { playDay } from './day.ts';

// A bad day fails hundreds of thousands of calls: what each says of where it was made is a sixteenth of the whole time.
Error.stackTraceLimit = 0;

parentPort?.postMessage(await playDay(workerData));
