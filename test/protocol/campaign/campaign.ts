/**
 * Random edits, requests of every kind at random places and malformed messages between them; then a fresh server is given
 * the texts as they stand, and must say the same.
 */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Random } from '../../fuzz/random.js';
import { Client, errorCodes, frame, type Profile, ResponseError } from '../client/index.js';
import { advertised, following, ownMethods, question, somewhere } from './asking.js';
import { randomEdit } from './edits.js';
import { malformed, malformedTokens } from './well-formed.js';

export interface Plan {
  readonly root: string;
  /** Relative to the root; all are open throughout. */
  readonly files: readonly string[];
  readonly edits: number;
  readonly seed: number;
  readonly profile: Profile;
  /** A fresh server is asked after so many edits, and at the end. */
  readonly compareEvery: number;
  readonly onProgress?: (edits: number) => void;
}

export interface Result {
  readonly edits: number;
  readonly requests: number;
  readonly comparisons: number;
  readonly problems: readonly string[];
  /** Texts at the first problem, by file. */
  readonly texts: ReadonlyMap<string, string> | null;
}

/** No more is learnt from more. */
const MOST_PROBLEMS = 20;
const ANSWER_TIMEOUT_MS = 120_000;

/** Answers that mean "ask again", not that something is wrong. */
const passing: ReadonlySet<number> = new Set([
  errorCodes.contentModified,
  errorCodes.requestCancelled,
  errorCodes.serverCancelled,
]);

/** What is no message, and messages about nothing; malformed.test.ts has more, which the library reports as errors. */
const garbage: readonly string[] = [
  'not JSON',
  '{"jsonrpc":"2.0","id":1,"met',
  '{"jsonrpc":"2.0","method":"textDocument/didClose","params":{"textDocument":{"uri":"file:///never.c"}}}',
  '{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":99999999}}',
  '{"jsonrpc":"2.0","method":"workspace/didChangeWatchedFiles","params":{"changes":[{"uri":"file:///never.c","type":3}]}}',
];

export async function runCampaign(plan: Plan): Promise<Result> {
  const campaign = new Campaign(plan);
  await campaign.start();
  try {
    await campaign.run();
  } catch (error) {
    campaign.complain(`the server failed: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await campaign.end();
  }
  return campaign.result();
}

class Campaign {
  readonly #plan: Plan;
  /** What is edited, and when all is waited for. */
  readonly #random: Random;
  /** What is asked has numbers of its own: the same edits whatever is asked, and however often a fresh server is. */
  readonly #asking: Random;
  readonly #problems: string[] = [];
  #client: Client;
  #uris: string[] = [];
  readonly #originals = new Map<string, string>();
  #edits = 0;
  #requests = 0;
  #comparisons = 0;
  #texts: ReadonlyMap<string, string> | null = null;
  #open: Promise<void>[] = [];
  /** Every text a document had while answers are awaited, by the count of edits it came with. */
  readonly #history = new Map<string, { readonly edit: number; readonly text: string }[]>();

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#random = new Random(plan.seed, 0);
    this.#asking = new Random(plan.seed, 1);
    this.#client = Client.unborn({ roots: [plan.root], profile: plan.profile });
  }

  async start(): Promise<void> {
    await this.#client.initialize();
    for (const file of this.#plan.files) {
      const uri = this.#client.open(join(this.#plan.root, file));
      this.#uris.push(uri);
      this.#originals.set(uri, this.#client.document(uri).text);
      this.#remember(uri);
    }
  }

  async run(): Promise<void> {
    const methods = [...advertised(this.#client.initialized.capabilities), ...ownMethods];
    while (this.#edits < this.#plan.edits && this.#problems.length < MOST_PROBLEMS) {
      this.#edit();
      if (this.#asking.chance(0.3)) this.#ask(this.#asking.pick(methods));
      if (this.#asking.chance(0.02)) this.#client.connection.sendBytes(frame(this.#asking.pick(garbage)));
      // Now and then all is waited for; else edits overtake answers, as in fast typing.
      if (this.#random.chance(0.1)) await this.#settle();
      if (this.#edits % this.#plan.compareEvery === 0) await this.#compare(methods);
      if (this.#edits % 100 === 0) this.#plan.onProgress?.(this.#edits);
    }
    if (this.#edits % this.#plan.compareEvery !== 0) await this.#compare(methods);
    this.#checkSaid();
  }

  async end(): Promise<void> {
    this.#client.connection.kill();
    await this.#client.connection.process.ended;
  }

  complain(problem: string): void {
    this.#texts ??= new Map(this.#uris.map((uri) => [uri, this.#client.document(uri).text]));
    if (this.#problems.length < MOST_PROBLEMS) this.#problems.push(`behind edit ${this.#edits}: ${problem}`);
  }

  result(): Result {
    return {
      edits: this.#edits,
      requests: this.#requests,
      comparisons: this.#comparisons,
      problems: this.#problems,
      texts: this.#texts,
    };
  }

  #edit(): void {
    const uri = this.#random.pick(this.#uris);
    const original = this.#originals.get(uri) ?? '';
    const { text } = this.#client.document(uri);
    if (this.#random.chance(0.01)) this.#client.overwrite(uri, original);
    else this.#client.splice(uri, randomEdit(text, original, this.#random));
    this.#edits += 1;
    this.#remember(uri);
  }

  #remember(uri: string): void {
    const entry = { edit: this.#edits, text: this.#client.document(uri).text };
    const known = this.#history.get(uri);
    if (known === undefined) this.#history.set(uri, [entry]);
    else known.push(entry);
  }

  /** The texts of a document since an edit, that one's included. */
  #textsSince(uri: string, edit: number): string[] {
    const known = this.#history.get(uri) ?? [];
    const first = known.findLastIndex((entry) => entry.edit <= edit);
    return known.slice(Math.max(0, first)).map(({ text }) => text);
  }

  #ask(method: string): void {
    const uri = this.#asking.pick(this.#uris);
    const { params } = question(this.#client, method, somewhere(this.#client, uri, this.#asking));
    const cancels = this.#asking.chance(0.1);
    const { id, answer } = this.#client.connection.start(method, params, ANSWER_TIMEOUT_MS);
    this.#requests += 1;
    if (cancels) this.#client.connection.cancel(id);
    const asked = this.#edits;
    this.#open.push(
      answer.then(
        (result) => this.#check(method, uri, asked, result),
        (error: unknown) => this.#checkError(method, error),
      ),
    );
  }

  /** Edited meanwhile: which of the texts since then it is about cannot be known from outside. */
  #check(method: string, uri: string, asked: number, answer: unknown): void {
    const { encoding } = this.#client;
    this.#checkMarks(method, answer);
    const texts = (other: string): readonly string[] => this.#textsSince(other, asked);
    for (const problem of malformed(answer, { encoding, uri, texts })) this.complain(`${method}: ${problem}`);
    const legend = this.#client.initialized.capabilities.semanticTokensProvider?.legend;
    const { data } = (answer ?? {}) as { data?: readonly number[] };
    if (method !== 'textDocument/semanticTokens/full' || legend === undefined || data === undefined) return;
    const [first = [], ...others] = texts(uri).map((text) => malformedTokens(data, legend, text, encoding));
    if (first.length > 0 && others.every((problems) => problems.length > 0))
      for (const problem of first) this.complain(`${method}: ${problem}`);
  }

  /** A line's mark that no line was put in for; a zero byte alone may be typed. */
  #checkMarks(method: string, answer: unknown): void {
    if (/\\u0000[^"\\]*\\u0000\d+\\u0000/.test(JSON.stringify(answer ?? null)))
      this.complain(`${method}: the mark of a line in the answer`);
  }

  #checkError(method: string, error: unknown): void {
    if (error instanceof ResponseError && passing.has(error.code)) return;
    this.complain(`${method}: ${error instanceof Error ? error.message : String(error)}`);
  }

  async #settle(): Promise<void> {
    await Promise.all(this.#open.splice(0));
    this.#history.clear();
    for (const uri of this.#uris) this.#remember(uri);
    this.#checkPublished();
  }

  /** Versions only grow, and are none that was not sent. */
  #checkPublished(): void {
    const { notifications } = this.#client.connection;
    const newest = new Map<string, number>();
    for (const { uri, version = 0 } of this.#client.published) {
      if (version < (newest.get(uri) ?? 0)) this.complain(`version ${version} of ${uri} behind a newer one`);
      if (version > (this.#client.documents.get(uri)?.version ?? version))
        this.complain(`version ${version} of ${uri} was never sent`);
      newest.set(uri, version);
    }
    this.#checkSaid();
    // Kept: the last of each document, which is what a client shows.
    const last = this.#uris.flatMap((uri) => {
      const found = notifications.findLast(
        ({ method, params }) =>
          method === 'textDocument/publishDiagnostics' && (params as { uri: string }).uri === uri,
      );
      return found === undefined ? [] : [found];
    });
    notifications.splice(0, notifications.length, ...last);
  }

  /** A defect the server caught is a defect. */
  #checkSaid(): void {
    for (const { method, params } of this.#client.connection.notifications) {
      const { type, message } = (params ?? {}) as { type?: number; message?: string };
      if (method === 'window/logMessage' && type === 1) this.complain(`it says: ${message}`);
    }
    const log = this.#client.connection.process.log();
    const defect = /^.*(?:TypeError|RangeError|ReferenceError|Unhandled|FATAL|Maximum call stack).*$/m.exec(
      log,
    );
    if (defect !== null) this.complain(`on standard error: ${defect[0]}`);
  }

  async #compare(methods: readonly string[]): Promise<void> {
    await this.#settle();
    this.#comparisons += 1;
    const fresh = await Client.start({ roots: [this.#plan.root], profile: this.#plan.profile });
    try {
      for (const uri of this.#uris) fresh.open(uri, this.#client.document(uri).text);
      for (const uri of this.#uris) {
        await this.#compareOne(
          uri,
          'diagnostics',
          (client) => client.diagnostics(uri, undefined, ANSWER_TIMEOUT_MS),
          fresh,
        );
        for (const method of methods) await this.#compareMethod(method, uri, fresh);
      }
      await fresh.shutdown();
    } finally {
      fresh.connection.kill();
    }
  }

  async #compareMethod(method: string, uri: string, fresh: Client): Promise<void> {
    if (method === 'textDocument/diagnostic') return;
    const place = somewhere(this.#client, uri, this.#asking);
    const { params } = question(this.#client, method, place);
    const ask = (client: Client): Promise<unknown> =>
      client.connection.request(method, params, ANSWER_TIMEOUT_MS);
    const answer = await this.#compareOne(uri, method, ask, fresh);
    this.#check(method, uri, this.#edits, answer);
    for (const next of following(method, answer, this.#client.initialized.capabilities)) {
      const result = await this.#client.connection.request(next.method, next.params, ANSWER_TIMEOUT_MS);
      // What is called from an item stands in the item's own text.
      const item = (next.params as { item?: { uri?: string } }).item;
      this.#check(next.method, item?.uri ?? uri, this.#edits, result);
    }
  }

  async #compareOne(
    uri: string,
    what: string,
    ask: (client: Client) => Promise<unknown>,
    fresh: Client,
  ): Promise<unknown> {
    this.#requests += 1;
    const [here, there] = await Promise.all([ask(this.#client), ask(fresh)]);
    this.#checkMarks(what, here);
    if (!isDeepStrictEqual(plain(here), plain(there)))
      this.complain(`${what} of ${uri}: ${difference(plain(here), plain(there))}`);
    return here;
  }
}

/** Without what names an answer, not a fact: both are for the server to read again, not for the client. */
function plain(answer: unknown): unknown {
  const text = JSON.stringify(answer ?? null, (key, value: unknown) =>
    key === 'resultId' || (key === 'data' && !isTokens(value)) ? undefined : value,
  );
  return JSON.parse(text) as unknown;
}

/** Semantic tokens are numbers under the same name. */
function isTokens(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'number');
}

function difference(here: unknown, there: unknown): string {
  const [a, b] = [JSON.stringify(here), JSON.stringify(there)];
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  const around = (text: string): string => text.slice(Math.max(0, at - 200), at + 200);
  return `after edits …${around(a)}…\n  fresh …${around(b)}…`;
}
