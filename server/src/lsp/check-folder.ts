/** A whole folder checked in a thread of its own. */
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { NotAnalysed } from '../report/report.js';
import type { Finding, Level } from '../rules/index.js';
import type { OutcomeChoice } from '../service/outcomes.js';

export interface CheckRequest {
  /** The tree; absolute. */
  readonly root: string;
  /** What of it; absolute. */
  readonly folder: string;
  readonly cacheDir: string | null;
  readonly rules: readonly (readonly [string, Level | 'off'])[];
  readonly outcomes: OutcomeChoice;
}

export interface CheckProgress {
  readonly done: number;
  readonly total: number;
  readonly what: string;
}

export interface Checked {
  readonly findings: readonly Finding[];
  readonly notAnalysed: readonly NotAnalysed[];
}

/** What the thread says. */
export type CheckMessage = Checked | { readonly progress: CheckProgress } | { readonly failed: string };

/** Null when it was stopped. */
export function checkFolder(
  request: CheckRequest,
  onProgress: (progress: CheckProgress) => void,
  stop: AbortSignal,
): Promise<Checked | null> {
  return new Promise((resolve, reject) => {
    if (stop.aborted) return resolve(null);
    const worker = new Worker(fileURLToPath(new URL('./check-thread.js', import.meta.url)), {
      workerData: request,
    });
    const end = (): void => {
      stop.removeEventListener('abort', stopped);
      void worker.terminate();
    };
    const stopped = (): void => {
      end();
      resolve(null);
    };
    stop.addEventListener('abort', stopped);
    worker.on('message', (message: CheckMessage) => {
      if ('progress' in message) return onProgress(message.progress);
      end();
      if ('failed' in message) reject(new Error(message.failed));
      else resolve(message);
    });
    worker.on('error', (error) => {
      end();
      reject(error);
    });
    worker.on('exit', () => reject(new Error('the thread that checks the folder ended')));
  });
}
