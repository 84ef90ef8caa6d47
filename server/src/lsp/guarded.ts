/** A defect in one feature is logged once and costs that answer alone. */
import { ErrorCodes, LSPErrorCodes, ResponseError } from 'vscode-languageserver/node';

export interface Log {
  readonly error: (message: string) => void;
  readonly warn: (message: string) => void;
  readonly info: (message: string) => void;
}

export class Guard {
  readonly #log: Log;
  readonly #onDefect: (feature: string) => void;
  readonly #said = new Set<string>();
  #isOver = false;

  constructor(log: Log, onDefect: (feature: string) => void) {
    this.#log = log;
    this.#onDefect = onDefect;
  }

  /** The answer, or `otherwise` when it cannot be given. Errors of the protocol go on to the client. */
  async answer<T>(feature: string, otherwise: T, give: () => T | Promise<T>): Promise<T> {
    if (this.#isOver) throw new ResponseError(ErrorCodes.InvalidRequest, 'asked after shutdown');
    try {
      return await give();
    } catch (error) {
      if (error instanceof ResponseError) throw error;
      this.note(feature, error);
      return otherwise;
    }
  }

  /** Behind `shutdown` nothing is answered. */
  end(): void {
    this.#isOver = true;
  }

  note(feature: string, error: unknown): void {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    // The same defect at every key would bury the log.
    const key = `${feature}\0${detail}`;
    if (this.#said.has(key)) return;
    if (this.#said.size < 1000) this.#said.add(key);
    this.#log.error(`${feature} failed; this is a defect of vringside itself:\n${detail}`);
    this.#onDefect(feature);
  }
}

export function cancelled(): ResponseError<void> {
  return new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
}

/** The document changed while the answer was being worked out; the client asks again if it still wants to know. */
export function modified(): ResponseError<void> {
  return new ResponseError(LSPErrorCodes.ContentModified, 'the document was changed meanwhile');
}
