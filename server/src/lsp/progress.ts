/** Work that takes long enough to be noticed is shown by the client, where it can. */
import type { Connection, WorkDoneProgressServerReporter } from 'vscode-languageserver/node';

/** Milliseconds of work before a word of it: an edit takes less. */
const PATIENCE_MS = 400;

export class Progress {
  readonly #connection: Connection;
  #timer: NodeJS.Timeout | null = null;
  #shown: Promise<WorkDoneProgressServerReporter> | null = null;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  begin(message: string): void {
    if (this.#timer !== null || this.#shown !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#shown = this.#connection.window.createWorkDoneProgress();
      this.#shown.then((reporter) => reporter.begin('vringside', undefined, message)).catch(() => {});
    }, PATIENCE_MS);
    this.#timer.unref();
  }

  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const shown = this.#shown;
    this.#shown = null;
    shown?.then((reporter) => reporter.done()).catch(() => {});
  }
}
