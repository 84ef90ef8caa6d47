/** The server as its features see it: what is open, what is known of it, and who is told when that changes. */
import { basename } from 'node:path';
import type { CancellationToken, Connection } from 'vscode-languageserver/node';
import { diskReader } from '../program/index.js';
import { Baselines } from './baselines.js';
import { type Client, clientOf } from './client.js';
import { Documents, type OpenDocument } from './documents.js';
import { cancelled, Guard, type Log, modified } from './guarded.js';
import { Listeners } from './listeners.js';
import { Patches } from './patches.js';
import { Positions } from './positions.js';
import { Progress } from './progress.js';
import { defaultSettings, FirstSettings, readSettings, type Settings } from './settings.js';
import { Status } from './status.js';
import { type Tree, Trees } from './trees.js';
import { type DocumentView, documentView, type ReportParts, type ReportView, reportView } from './view.js';

export class Server {
  readonly connection: Connection;
  readonly log: Log;
  readonly guard: Guard;
  readonly status: Status;
  readonly documents: Documents = new Documents();
  readonly trees: Trees;
  readonly patches: Patches;
  readonly baselines: Baselines;
  /** Sessions begin with the user's settings, not with others first; a client that never tells them is not waited for long. */
  readonly firstSettings: FirstSettings = new FirstSettings();
  /** After each analysis. */
  readonly analysed: Listeners = new Listeners();
  /** When the report of an earlier session is there, before the first analysis is done. */
  readonly earlier: Listeners = new Listeners();
  readonly settingsChanged: Listeners = new Listeners();
  /** After files were changed on disk. */
  readonly diskChanged: Listeners = new Listeners();
  /** After a document was opened, changed or closed, or may mean something else because of a file on disk. */
  readonly documentChanged: Listeners<string> = new Listeners();
  readonly #progress: Progress;
  #client: Client = clientOf({ capabilities: {}, processId: null, rootUri: null });
  #settings: Settings = defaultSettings;

  constructor(connection: Connection) {
    this.connection = connection;
    this.log = {
      error: (message) => connection.console.error(message),
      warn: (message) => connection.console.warn(message),
      info: (message) => connection.console.info(message),
    };
    this.status = new Status(connection);
    this.#progress = new Progress(connection);
    this.guard = new Guard(this.log, (feature) => this.status.degrade(`${feature} failed; see the log`));
    this.trees = new Trees({
      isToldOfDisk: () => this.#client.registersWatchers,
      settings: async () => {
        await this.firstSettings.known;
        return this.#settings;
      },
      onView: (tree, view, ms) => {
        this.status.analysed(tree, view.report, ms);
        this.analysed.tell();
      },
      onEarlier: () => this.earlier.tell(),
      onWork: (tree, state) => this.#onWork(tree, state),
    });
    this.patches = new Patches(this.documents, this.trees, () => this.#settings);
    this.baselines = new Baselines(this.log);
  }

  get client(): Client {
    return this.#client;
  }

  get settings(): Settings {
    return this.#settings;
  }

  /** Files are others than they were, or mean something else: what is shown is worked out again. */
  changedOnDisk(paths: readonly string[]): void {
    this.patches.outdate();
    this.trees.changedOnDisk(paths);
    this.diskChanged.tell();
    for (const { uri } of this.documents.all()) this.documentChanged.tell(uri);
  }

  /** Once, from `initialize`. */
  begin(client: Client, folders: readonly string[], settings: unknown): void {
    this.#client = client;
    this.documents.useEncoding(client.encoding);
    this.trees.useFolders(folders);
    this.#settings = readSettings(settings).settings;
  }

  useSettings(raw: unknown): void {
    const read = readSettings(raw);
    for (const problem of read.problems) this.log.warn(problem);
    const isSame = JSON.stringify(this.#settings) === JSON.stringify(read.settings);
    if (isSame) return;
    this.#settings = read.settings;
    // Before they were known nothing was begun.
    if (this.firstSettings.areKnown) {
      this.trees.restart();
      this.patches.restart();
    }
    this.settingsChanged.tell();
  }

  /**
   * The document as it is analysed now. Null for one that is not open, or is no C file of this machine.
   *
   * @throws {ResponseError} when the request was cancelled, or the document changed while it waited
   */
  async viewOf(uri: string, token: CancellationToken): Promise<DocumentView | null> {
    const document = this.#openSource(uri);
    if (document?.path == null) return null;
    const { version } = document.text;
    const { tree } = this.trees.homeOf(document.path);
    const isUnwanted = (): boolean => token.isCancellationRequested || this.documents.get(uri) !== document;
    const found = await tree.view(isUnwanted);
    if (token.isCancellationRequested) throw cancelled();
    if (found === null) return null;
    if (document.text.version !== version) throw modified();
    return this.currentViewOf(uri);
  }

  /** What is reported of the document as it is now: by a view, or quicker by an earlier session. Null and errors as above. */
  async reportOf(uri: string, token: CancellationToken): Promise<ReportView | null> {
    const document = this.#openSource(uri);
    if (document?.path == null) return null;
    const { version } = document.text;
    const { tree } = this.trees.homeOf(document.path);
    const isUnwanted = (): boolean => token.isCancellationRequested || this.documents.get(uri) !== document;
    const found = await tree.reported(isUnwanted);
    if (token.isCancellationRequested) throw cancelled();
    if (found === null) return null;
    if (document.text.version !== version) throw modified();
    return this.currentReportOf(uri);
  }

  /** The view of the text as it is now, if there is one already. */
  currentViewOf(uri: string): DocumentView | null {
    const parts = this.#partsOf(uri);
    const current = parts?.tree.current ?? null;
    if (parts === null || current === null) return null;
    const { report, program, inventory } = current;
    const positions = new Positions(parts.document.text, this.#client.encoding, program.lines(parts.file));
    return documentView({ ...parts, positions, report, program, inventory });
  }

  /** As above, of a report alone. */
  currentReportOf(uri: string): ReportView | null {
    const parts = this.#partsOf(uri);
    if (parts === null || parts.tree.current !== null) return this.currentViewOf(uri);
    const { document, tree } = parts;
    const { report } = tree;
    if (report === null) return null;
    const positions = new Positions(document.text, this.#client.encoding);
    const onDisk = diskReader(tree.root);
    const read: ReportParts['read'] = (file) => {
      const content = onDisk.read(file);
      return { text: content !== null && 'text' in content ? content.text : '', lines: null };
    };
    return reportView({ ...parts, positions, report, read });
  }

  /** What all views of an open source share. */
  #partsOf(uri: string) {
    const document = this.#openSource(uri);
    if (document?.path == null) return null;
    const { tree, file } = this.trees.homeOf(document.path);
    return {
      document,
      uri,
      file,
      version: document.text.version,
      tree,
      settings: this.#settings,
      accepted: this.baselines.known(tree.root, this.#settings.baseline),
      client: this.#client,
      openUri: (other: string) => this.#openUri(tree, other),
    };
  }

  /** The client's own URI of an open file; others are not open. */
  #openUri(tree: Tree, file: string): string | null {
    const found = this.documents.all().find(({ path, kind }) => {
      if (path === null || kind !== 'c') return false;
      const home = this.trees.homeOf(path);
      return home.tree === tree && home.file === file;
    });
    return found?.uri ?? null;
  }

  #openSource(uri: string): OpenDocument | null {
    const document = this.documents.get(uri);
    return document?.kind === 'c' && document.path !== null ? document : null;
  }

  #onWork(tree: Tree, state: 'running' | 'idle' | { readonly failed: unknown }): void {
    const isShown = state === 'running' && this.#client.showsProgress;
    if (isShown) this.#progress.begin(`reading ${basename(tree.root)}`);
    else this.#progress.end();
    if (typeof state === 'string') this.status.work(state);
    else this.guard.note('analysis', state.failed);
  }
}
