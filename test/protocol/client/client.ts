import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type {
  Diagnostic,
  DocumentDiagnosticReport,
  InitializeResult,
  PublishDiagnosticsParams,
  Registration,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver/node';
import { Connection } from './connection.js';
import { errorCodes, ResponseError } from './messages.js';
import { type Encoding, offsetAt, type Position, positionAt, type Range, textAt } from './positions.js';
import { type Profile, vscode } from './profiles.js';
import type { Ended, StartOptions } from './server-process.js';

export interface ClientOptions extends StartOptions {
  readonly profile?: Profile;
  /** Folders of the workspace; none: `rootUri` null, as an editor that opened a single file. */
  readonly roots?: readonly string[];
  /** What stands under `vringside.` in the user's settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly processId?: number | null;
  readonly initializationOptions?: unknown;
}

interface OpenDocument {
  text: string;
  version: number;
  resultId: string | null;
  diagnostics: readonly Diagnostic[];
}

/** An editor without a screen: documents, their versions, and diagnostics by whichever way was agreed on. */
export class Client {
  readonly connection: Connection;
  readonly profile: Profile;
  readonly documents = new Map<string, OpenDocument>();
  readonly registrations = new Map<string, Registration>();
  readonly appliedEdits: WorkspaceEdit[] = [];
  settings: Readonly<Record<string, unknown>>;
  encoding: Encoding = 'utf-16';
  initialized: InitializeResult = { capabilities: {} };
  #refreshes = 0;
  readonly #options: ClientOptions;

  private constructor(options: ClientOptions) {
    this.#options = options;
    this.profile = options.profile ?? vscode;
    this.settings = options.settings ?? {};
    this.connection = new Connection(options);
    this.#answerServer();
  }

  /** Starts a server and says hello. */
  static async start(options: ClientOptions = {}): Promise<Client> {
    const client = Client.unborn(options);
    await client.initialize();
    return client;
  }

  /** A client whose server has not been told anything yet. */
  static unborn(options: ClientOptions = {}): Client {
    return new Client(options);
  }

  async initialize(): Promise<void> {
    const { roots = [], processId = process.pid, initializationOptions } = this.#options;
    const folders = roots.map((root) => ({ uri: uriOf(root), name: basename(root) }));
    const workspace = (this.profile.capabilities.workspace ?? {}) as { workspaceFolders?: boolean };
    this.initialized = await this.connection.request<InitializeResult>('initialize', {
      processId,
      clientInfo: { name: 'scripted client', version: '1' },
      rootUri: folders[0]?.uri ?? null,
      capabilities: this.profile.capabilities,
      ...(initializationOptions !== undefined && { initializationOptions }),
      ...(workspace.workspaceFolders === true && { workspaceFolders: folders.length === 0 ? null : folders }),
    });
    this.encoding = (this.initialized.capabilities.positionEncoding ?? 'utf-16') as Encoding;
    this.connection.notify('initialized', {});
    if (!this.profile.hasConfiguration) this.changeSettings(this.settings);
  }

  changeSettings(settings: Readonly<Record<string, unknown>>): void {
    this.settings = settings;
    // A client that can be asked sends no values along, as vscode-languageclient does.
    const sent = this.profile.hasConfiguration ? null : { vringside: settings };
    this.connection.notify('workspace/didChangeConfiguration', { settings: sent });
  }

  /* ---- documents ------------------------------------------------------------------------------------------ */

  /** Opens a file with the text given, or that on disk. Returns its URI. */
  open(file: string, text: string = readFileSync(file, 'utf8'), languageId = 'c'): string {
    const uri = /^\w[\w+.-]*:/.test(file) ? file : uriOf(file);
    this.documents.set(uri, { text, version: 1, resultId: null, diagnostics: [] });
    this.connection.notify('textDocument/didOpen', { textDocument: { uri, languageId, version: 1, text } });
    return uri;
  }

  close(uri: string): void {
    this.documents.delete(uri);
    this.connection.notify('textDocument/didClose', { textDocument: { uri } });
  }

  /** Replaces the one place where `from` stands. */
  replace(uri: string, from: string, to: string): number {
    const { text } = this.document(uri);
    const start = text.indexOf(from);
    if (start < 0) throw new Error(`not in ${uri}: ${from}`);
    if (text.includes(from, start + 1)) throw new Error(`more than once in ${uri}: ${from}`);
    return this.splice(uri, [{ start, end: start + from.length, text: to }]);
  }

  /** One change notification; each splice refers to the text the ones before it left. Returns the new version. */
  splice(uri: string, splices: readonly { start: number; end: number; text: string }[]): number {
    const document = this.document(uri);
    const contentChanges = splices.map(({ start, end, text }) => {
      const range = this.range(document.text, start, end);
      document.text = document.text.slice(0, start) + text + document.text.slice(end);
      return { range, text };
    });
    return this.#change(uri, contentChanges);
  }

  /** The whole text anew, as clients without incremental sync send it. */
  overwrite(uri: string, text: string): number {
    this.document(uri).text = text;
    return this.#change(uri, [{ text }]);
  }

  #change(uri: string, contentChanges: readonly unknown[]): number {
    const document = this.document(uri);
    document.version += 1;
    const textDocument = { uri, version: document.version };
    this.connection.notify('textDocument/didChange', { textDocument, contentChanges });
    return document.version;
  }

  /** Files changed on disk. 1 made, 2 changed, 3 deleted. */
  changedOnDisk(changes: readonly { file: string; type: 1 | 2 | 3 }[]): void {
    this.connection.notify('workspace/didChangeWatchedFiles', {
      changes: changes.map(({ file, type }) => ({ uri: uriOf(file), type })),
    });
  }

  document(uri: string): OpenDocument {
    const document = this.documents.get(uri);
    if (document === undefined) throw new Error(`not open: ${uri}`);
    return document;
  }

  /** Where `needle` begins, `into` characters into it. */
  position(uri: string, needle: string, into = 0): Position {
    const { text } = this.document(uri);
    const at = text.indexOf(needle);
    if (at < 0) throw new Error(`not in ${uri}: ${needle}`);
    return positionAt(text, at + into, this.encoding);
  }

  /** Parameters of most requests about a place. */
  at(uri: string, needle: string, into = 0): { textDocument: { uri: string }; position: Position } {
    return { textDocument: { uri }, position: this.position(uri, needle, into) };
  }

  range(text: string, start: number, end: number): Range {
    return { start: positionAt(text, start, this.encoding), end: positionAt(text, end, this.encoding) };
  }

  /** What a range of the server's covers in the text as it stands. */
  text(uri: string, range: Range): string {
    return textAt(this.document(uri).text, range, this.encoding);
  }

  /** The document's text after edits of the server's, which all refer to the text as it stands. */
  applied(uri: string, edits: readonly TextEdit[]): string {
    const { text } = this.document(uri);
    return edits
      .map((edit) => ({
        start: offsetAt(text, edit.range.start, this.encoding),
        end: offsetAt(text, edit.range.end, this.encoding),
        text: edit.newText,
      }))
      .sort((a, b) => b.start - a.start)
      .reduce((so, edit) => so.slice(0, edit.start) + edit.text + so.slice(edit.end), text);
  }

  /* ---- diagnostics ---------------------------------------------------------------------------------------- */

  /** The server offered to be asked for diagnostics, in its first answer or later. */
  get pulls(): boolean {
    return (
      this.initialized.capabilities.diagnosticProvider !== undefined ||
      [...this.registrations.values()].some(({ method }) => method === 'textDocument/diagnostic')
    );
  }

  get published(): PublishDiagnosticsParams[] {
    return this.connection.notifications
      .filter(({ method }) => method === 'textDocument/publishDiagnostics')
      .map(({ params }) => params as PublishDiagnosticsParams);
  }

  /**
   * Diagnostics of the document's present version, as soon as they fit. By whichever way was agreed on: asked for, and
   * asked again at each refresh; or waited for.
   */
  diagnostics(
    uri: string,
    fits: (diagnostics: readonly Diagnostic[]) => boolean = () => true,
    timeoutMs = 30_000,
  ): Promise<readonly Diagnostic[]> {
    return this.pulls ? this.#pulled(uri, fits, timeoutMs) : this.#pushed(uri, fits, timeoutMs);
  }

  async #pulled(
    uri: string,
    fits: (diagnostics: readonly Diagnostic[]) => boolean,
    timeoutMs: number,
  ): Promise<readonly Diagnostic[]> {
    const end = Date.now() + timeoutMs;
    for (;;) {
      const seen = this.#refreshes;
      const diagnostics = await this.pull(uri, end - Date.now());
      if (diagnostics !== null && fits(diagnostics)) return diagnostics;
      await this.connection.until(
        `a refresh after ${JSON.stringify(diagnostics?.map(({ code, range }) => [code, range.start.line]))}`,
        () => (this.#refreshes > seen || diagnostics === null ? true : null),
        end - Date.now(),
      );
    }
  }

  /** One request for diagnostics; null when the server was too busy and asks to be asked again. */
  async pull(uri: string, timeoutMs = 30_000): Promise<readonly Diagnostic[] | null> {
    const document = this.document(uri);
    const { version, resultId } = document;
    try {
      const report = await this.connection.request<DocumentDiagnosticReport>(
        'textDocument/diagnostic',
        { textDocument: { uri }, ...(resultId !== null && { previousResultId: resultId }) },
        timeoutMs,
      );
      // An edit went out meanwhile: the answer is to the text before.
      if (document.version !== version) return null;
      document.resultId = report.resultId ?? null;
      if (report.kind === 'full') document.diagnostics = report.items;
      return document.diagnostics;
    } catch (error) {
      if (error instanceof ResponseError && error.code === errorCodes.serverCancelled) return null;
      if (error instanceof ResponseError && error.code === errorCodes.contentModified) return null;
      throw error;
    }
  }

  #pushed(
    uri: string,
    fits: (diagnostics: readonly Diagnostic[]) => boolean,
    timeoutMs: number,
  ): Promise<readonly Diagnostic[]> {
    return this.connection.until(
      `diagnostics that fit of version ${this.document(uri).version}`,
      () => {
        const newest = this.published.findLast((published) => published.uri === uri);
        if (newest === undefined || newest.version !== this.document(uri).version) return null;
        return fits(newest.diagnostics) ? newest.diagnostics : null;
      },
      timeoutMs,
    );
  }

  /* ---- the end --------------------------------------------------------------------------------------------- */

  async shutdown(): Promise<Ended> {
    await this.connection.request('shutdown');
    this.connection.notify('exit');
    return this.connection.process.ended;
  }

  #answerServer(): void {
    const { connection } = this;
    connection.onRequest(
      'client/registerCapability',
      ({ registrations }: { registrations: Registration[] }) => {
        for (const registration of registrations) this.registrations.set(registration.id, registration);
      },
    );
    connection.onRequest(
      'client/unregisterCapability',
      ({ unregisterations }: { unregisterations: { id: string }[] }) => {
        for (const { id } of unregisterations) this.registrations.delete(id);
      },
    );
    connection.onRequest('workspace/configuration', ({ items }: { items: { section?: string }[] }) =>
      items.map(({ section }) => this.#setting(section)),
    );
    connection.onRequest('workspace/diagnostic/refresh', () => {
      this.#refreshes += 1;
    });
    for (const kind of ['codeLens', 'inlayHint', 'semanticTokens', 'textDocumentContent'])
      connection.onRequest(`workspace/${kind}/refresh`, () => null);
    connection.onRequest('window/workDoneProgress/create', () => null);
    connection.onRequest('window/showDocument', () => ({ success: true }));
    connection.onRequest('window/showMessageRequest', () => null);
    connection.onRequest('workspace/applyEdit', ({ edit }: { edit: WorkspaceEdit }) => {
      this.appliedEdits.push(edit);
      return { applied: true };
    });
  }

  #setting(section: string | undefined): unknown {
    const all: Readonly<Record<string, unknown>> = { vringside: this.settings };
    return (section ?? '')
      .split('.')
      .filter((name) => name !== '')
      .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], all);
  }
}

export function uriOf(file: string): string {
  return pathToFileURL(file).href;
}

export function fileOf(uri: string): string {
  return fileURLToPath(uri);
}
