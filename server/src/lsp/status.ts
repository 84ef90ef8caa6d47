/** What the server is doing, for a status line: never a pop-up. */
import type { Connection } from 'vscode-languageserver/node';
import type { Report } from '../report/report.js';
import { type ServerStatus, statusMethod, type TreeStatus } from './protocol.js';
import type { Tree } from './trees.js';

/** Milliseconds between two words on the status. */
const INTERVAL_MS = 250;

export class Status {
  readonly #connection: Connection;
  #isWanted = false;
  readonly #trees = new Map<string, TreeStatus>();
  #state: ServerStatus['state'] = 'starting';
  #message = '';
  #lastMs: number | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isReady = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The client may be spoken to from here on. `isWanted`: it knows our notification; others would warn of it. */
  ready(isWanted: boolean): void {
    this.#isReady = true;
    this.#isWanted = isWanted;
    if (this.#state === 'starting') this.#state = 'idle';
    this.#soon();
  }

  work(state: 'running' | 'idle'): void {
    if (this.#state === 'degraded') return;
    this.#state = state;
    this.#message = state === 'running' ? 'analysing' : '';
    this.#soon();
  }

  degrade(message: string): void {
    this.#state = 'degraded';
    this.#message = message;
    this.#soon();
  }

  analysed(tree: Tree, report: Report, ms: number): void {
    const unread = report.coverage === undefined ? 0 : report.coverage.functions - report.coverage.clean;
    this.#trees.set(tree.root, {
      root: tree.root,
      kernelVersion: report.tree.kernelVersion,
      files: report.coverage?.files ?? 0,
      sites: report.sites.length,
      findings: report.findings.length,
      notUnderstood: unread + report.notAnalysed.filter(({ function: name }) => name === undefined).length,
    });
    this.#lastMs = ms;
    this.#soon();
  }

  current(): ServerStatus {
    return {
      state: this.#state,
      message: this.#message,
      trees: [...this.#trees.values()],
      lastMs: this.#lastMs,
    };
  }

  #soon(): void {
    if (!this.#isReady || !this.#isWanted || this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#connection.sendNotification(statusMethod, this.current());
    }, INTERVAL_MS);
    this.#timer.unref();
  }
}
