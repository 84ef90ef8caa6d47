import { frame, unframer } from './framing.js';
import { type Message, ResponseError } from './messages.js';
import { type Ended, type ServerProcess, type StartOptions, startServer } from './server-process.js';

export interface Pending<T> {
  readonly id: number;
  readonly answer: Promise<T>;
}

type Handler = (params: never) => unknown;

const DEFAULT_TIMEOUT_MS = 30_000;

/** A server process and what is said to it and by it. Knows JSON-RPC and nothing of documents. */
export class Connection {
  readonly process: ServerProcess;
  /** Notifications of the server in the order they came. */
  readonly notifications: Message[] = [];
  /** Requests of the server in the order they came. */
  readonly asked: Message[] = [];
  /** Answers nobody waits for: to malformed messages, or a second one to the same request. */
  readonly unexpected: Message[] = [];

  #nextId = 1;
  readonly #open = new Map<number, { method: string; done: (m: Message) => void }>();
  readonly #handlers = new Map<string, Handler>();
  readonly #watchers = new Set<() => void>();
  #fault: Error | null = null;
  #ended: Ended | null = null;

  constructor(options: StartOptions = {}) {
    this.process = startServer(options);
    const read = unframer((body) => this.#receive(JSON.parse(body) as Message));
    this.process.child.stdout.on('data', (data: Buffer) => {
      try {
        read(data);
      } catch (error) {
        this.#fault = error instanceof Error ? error : new Error(String(error));
      }
      this.#changed();
    });
    void this.process.ended.then((ended) => {
      this.#ended = ended;
      this.#changed();
    });
  }

  /** Answers requests of the server for `method`; replaces an earlier handler. */
  onRequest<P>(method: string, handler: (params: P) => unknown): void {
    this.#handlers.set(method, handler as Handler);
  }

  sendBytes(bytes: Buffer | string): void {
    this.process.child.stdin.write(bytes);
  }

  send(message: Partial<Message>): void {
    this.sendBytes(frame(JSON.stringify({ jsonrpc: '2.0', ...message })));
  }

  notify(method: string, params?: unknown): void {
    this.send(params === undefined ? { method } : { method, params });
  }

  request<T = unknown>(method: string, params?: unknown, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<T> {
    return this.start<T>(method, params, timeoutMs).answer;
  }

  /** A request whose id is wanted, to cancel it. */
  start<T = unknown>(method: string, params?: unknown, timeoutMs = DEFAULT_TIMEOUT_MS): Pending<T> {
    const id = this.#nextId++;
    let answered: Message | null = null;
    this.#open.set(id, {
      method,
      done: (message) => {
        answered = message;
      },
    });
    this.send({ id, method, ...(params !== undefined && { params }) });
    const answer = this.until(`the answer to ${method}`, () => answered, timeoutMs).then((message) => {
      if (message.error !== undefined) throw new ResponseError(method, message.error);
      return message.result as T;
    });
    // One that is cancelled or abandoned must not end the test run.
    answer.catch(() => {});
    return { id, answer };
  }

  cancel(id: number): void {
    this.notify('$/cancelRequest', { id });
  }

  /** The first value of `look` that is not null, asked anew whenever something came in. */
  until<T>(what: string, look: () => T | null, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<T> {
    return new Promise((done, fail) => {
      const stop = (): void => {
        clearTimeout(timer);
        this.#watchers.delete(check);
      };
      const check = (): void => {
        const value = look();
        if (value !== null) {
          stop();
          done(value);
        } else if (this.#fault !== null || this.#ended !== null) {
          stop();
          fail(this.#fault ?? this.#failure(`the server ended before ${what}`));
        }
      };
      const timer = setTimeout(() => {
        stop();
        fail(this.#failure(`waited ${timeoutMs} ms for ${what}`));
      }, timeoutMs);
      this.#watchers.add(check);
      check();
    });
  }

  /** The first notification of a kind that came after `from` others and fits. */
  notification<P>(method: string, fits: (params: P) => boolean = () => true, from = 0): Promise<P> {
    return this.until(method, () => {
      const found = this.notifications.find(
        (message, at) => at >= from && message.method === method && fits(message.params as P),
      );
      return found === undefined ? null : (found.params as P);
    });
  }

  kill(): void {
    this.process.child.kill('SIGKILL');
  }

  #receive(message: Message): void {
    if (message.method === undefined) {
      const id = typeof message.id === 'number' ? message.id : Number.NaN;
      const open = this.#open.get(id);
      this.#open.delete(id);
      if (open === undefined) this.unexpected.push(message);
      else open.done(message);
    } else if (message.id === undefined) this.notifications.push(message);
    else {
      this.asked.push(message);
      const handler = this.#handlers.get(message.method);
      if (handler === undefined)
        this.send({ id: message.id, error: { code: -32601, message: `no ${message.method} here` } });
      else this.send({ id: message.id, result: handler(message.params as never) ?? null });
    }
  }

  #changed(): void {
    for (const check of [...this.#watchers]) check();
  }

  #failure(what: string): Error {
    const ended = this.#ended === null ? '' : ` (exit ${this.#ended.code ?? this.#ended.signal})`;
    const log = this.process.log().slice(-2000);
    const said = this.notifications
      .slice(-5)
      .map((message) => `  ${message.method} ${JSON.stringify(message.params).slice(0, 200)}`);
    return new Error(`${what}${ended}\nlast notifications:\n${said.join('\n')}\nstandard error:\n${log}`);
  }
}
