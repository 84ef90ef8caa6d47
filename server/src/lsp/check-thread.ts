/** The program of the thread that checks a whole folder, so that the server answers meanwhile; its memory goes with it. */
import { parentPort, workerData } from 'node:worker_threads';
import { analyse } from '../service/analyse.js';
import type { CheckMessage, CheckRequest } from './check-folder.js';

const request = workerData as CheckRequest;
const say = (message: CheckMessage): void => parentPort?.postMessage(message);

try {
  const report = await analyse({
    tree: request.root,
    paths: [request.folder],
    jobs: 1,
    cacheDir: request.cacheDir,
    rules: new Map(request.rules),
    outcomes: request.outcomes,
    timings: false,
    onProgress: ({ done, total, what }) => say({ progress: { done, total, what } }),
  });
  say({ findings: report.findings, notAnalysed: report.notAnalysed });
} catch (error) {
  say({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}
