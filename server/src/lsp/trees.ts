/**
 * The trees the open documents belong to, each with a session on it. The newest text wins: work on an older one is dropped
 * between two of its units, and no view of it is ever given out.
 */
import { realpathSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { findTree, userCacheFolder } from '../program/index.js';
import type { Report } from '../report/report.js';
import type { RuleLevels } from '../rules/index.js';
import {
  earlierReport,
  openSession,
  type Session,
  type SessionOptions,
  type View,
} from '../session/index.js';
import type { OpenDocument } from './documents.js';
import type { Settings } from './settings.js';

/** Where a document lies. */
export interface Home {
  readonly tree: Tree;
  /** Relative to the tree, `/` between parts. */
  readonly file: string;
}

/** Milliseconds between two looks at the disk, where the client does not tell of changes. */
const LOOK_MS = 1000;

/** Without an edit. */
const PAUSE_MS = 3000;

export interface TreesOptions {
  /** Whether the client tells of files changed on disk. */
  readonly isToldOfDisk: () => boolean;
  readonly settings: () => Promise<Settings>;
  /** A report of an earlier session holds: it is shown until there is a view. */
  readonly onEarlier: (tree: Tree) => void;
  /** A view was finished, after `ms` milliseconds. */
  readonly onView: (tree: Tree, view: View, ms: number) => void;
  /** Work began, ended, or failed. */
  readonly onWork: (tree: Tree, state: 'running' | 'idle' | { readonly failed: unknown }) => void;
}

export class Trees {
  readonly #options: TreesOptions;
  readonly #trees = new Map<string, Tree>();
  readonly #homes = new Map<string, Home>();
  #folders: readonly string[] = [];

  constructor(options: TreesOptions) {
    this.#options = options;
  }

  /** The client's folders, absolute: the roots of files that lie in no kernel tree. */
  useFolders(folders: readonly string[]): void {
    this.#folders = folders.map(real).sort((a, b) => b.length - a.length);
    this.#homes.clear();
  }

  get folders(): readonly string[] {
    return this.#folders;
  }

  all(): readonly Tree[] {
    return [...this.#trees.values()];
  }

  /** The tree a file belongs to: the kernel tree around it, else the client's folder, else its own folder. */
  homeOf(path: string): Home {
    const known = this.#homes.get(path);
    if (known !== undefined) return known;
    // A file that is not there yet has a folder that is.
    const absolute = join(real(dirname(path)), basename(path));
    const root =
      findTree(dirname(absolute))?.root ??
      this.#folders.find((folder) => absolute.startsWith(folder + sep)) ??
      dirname(absolute);
    const home = { tree: this.#tree(root), file: relative(root, absolute).split(sep).join('/') };
    this.#homes.set(path, home);
    return home;
  }

  edit(document: OpenDocument): void {
    if (document.path === null || document.kind !== 'c') return;
    const { tree, file } = this.homeOf(document.path);
    tree.edit(file, document.text.getText());
  }

  close(document: OpenDocument): void {
    if (document.path === null || document.kind !== 'c') return;
    const { tree, file } = this.homeOf(document.path);
    tree.close(file);
    if (tree.isUnused) {
      tree.dispose();
      this.#trees.delete(tree.root);
      this.#homes.clear();
    }
  }

  /** Null: anything may have changed. */
  changedOnDisk(paths: readonly string[] | null): void {
    for (const tree of this.#trees.values()) {
      const below = paths?.map(real).filter((path) => path.startsWith(tree.root + sep)) ?? null;
      if (below !== null && below.length === 0) continue;
      tree.changedOnDisk(below?.map((path) => relative(tree.root, path).split(sep).join('/')) ?? null);
    }
  }

  /** Settings changed: every session begins anew with the texts it had. */
  restart(): void {
    for (const tree of this.#trees.values()) tree.restart();
  }

  /** Keeps for the next session what is still to be kept. */
  async finish(): Promise<void> {
    await Promise.all([...this.#trees.values()].map((tree) => tree.finish()));
  }

  dispose(): void {
    for (const tree of this.#trees.values()) tree.dispose();
    this.#trees.clear();
  }

  #tree(root: string): Tree {
    const known = this.#trees.get(root);
    if (known !== undefined) return known;
    const tree = new Tree(root, this.#options);
    this.#trees.set(root, tree);
    return tree;
  }
}

export class Tree {
  readonly root: string;
  readonly #options: TreesOptions;
  readonly #texts = new Map<string, string>();
  #session: Promise<Session>;
  #earlier: { readonly generation: number; readonly report: Report } | null = null;
  /** The one look for an earlier report: it is of no use once there was a view. */
  #recalling: Promise<void> | null = null;
  /** What the session is to be told before the next view: never while it works on one. */
  #untold: ((session: Session) => void)[] = [];
  #opened: Session | null = null;
  #lastLook = 0;
  /** Raised by whatever makes earlier results stale. */
  #generation = 0;
  #latest: { readonly generation: number; readonly view: View } | null = null;
  #running: { readonly generation: number; readonly view: Promise<View | null> } | null = null;
  #isDisposed = false;
  /** Begins what typing has worn anew, unless it goes on. */
  #renewal: NodeJS.Timeout | null = null;

  constructor(root: string, options: TreesOptions) {
    this.root = root;
    this.#options = options;
    this.#session = this.#open();
  }

  get isUnused(): boolean {
    return this.#texts.size === 0;
  }

  /** The view of the texts as they are now, if it is there already. */
  get current(): View | null {
    return this.#latest?.generation === this.#generation ? this.#latest.view : null;
  }

  /** The report on the texts as they are now: of a view, or of an earlier session. */
  get report(): Report | null {
    const earlier = this.#earlier?.generation === this.#generation ? this.#earlier.report : null;
    return this.current?.report ?? earlier;
  }

  /** As above, worked out if need be. */
  async reported(isUnwanted: () => boolean): Promise<Report | null> {
    const view = this.view(isUnwanted);
    // Whoever asks is told of a failure by the view.
    view.catch(() => {});
    await this.#recalling?.catch(() => {});
    return this.report ?? (await view)?.report ?? null;
  }

  edit(file: string, text: string): void {
    if (this.#texts.get(file) === text) return;
    this.#texts.set(file, text);
    this.#stale((session) => session.edit(file, text));
  }

  close(file: string): void {
    this.#texts.delete(file);
    this.#stale((session) => session.edit(file, null));
  }

  changedOnDisk(files: readonly string[] | null): void {
    this.#stale((session) => session.changedOnDisk(files));
  }

  restart(): void {
    void this.#session.then(
      (session) => session.dispose(),
      () => {},
    );
    this.#session = this.#open();
    this.#opened = null;
    this.#untold = [];
    const texts = [...this.#texts];
    this.#stale((session) => {
      for (const [file, text] of texts) session.edit(file, text);
    });
  }

  async finish(): Promise<void> {
    await this.#opened?.finish();
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#generation += 1;
    void this.#session.then(
      (session) => session.dispose(),
      () => {},
    );
  }

  /** The view of all open files of the tree as they are now. Null when `isUnwanted` said so, or the tree is gone. */
  async view(isUnwanted: () => boolean = () => false): Promise<View | null> {
    this.#lookAtDisk();
    while (!this.#isDisposed && !isUnwanted()) {
      const generation = this.#generation;
      if (this.#latest?.generation === generation) return this.#latest.view;
      if (this.#running?.generation !== generation) {
        // Only its end is waited for: what it found would be held as long as the next runs.
        const before = this.#running?.view.then(nothing, nothing);
        this.#running = { generation, view: this.#run(generation, before) };
      }
      const view = await this.#running.view;
      if (view !== null && generation === this.#generation) return view;
    }
    return null;
  }

  async #run(generation: number, before: Promise<void> | undefined): Promise<View | null> {
    this.#recalling ??= this.#recall(generation);
    await this.#recalling.catch(() => {});
    // One at a time: what runs is obsolete by now and ends soon.
    await before;
    const session = await this.#session;
    this.#opened = session;
    const isObsolete = (): boolean => generation !== this.#generation;
    if (isObsolete()) return null;
    this.#options.onWork(this, 'running');
    const start = performance.now();
    try {
      for (const tell of this.#untold.splice(0)) tell(session);
      const view = await session.view([...this.#texts.keys()], { isObsolete });
      if (view === null || isObsolete()) return null;
      this.#latest = { generation, view };
      this.#options.onView(this, view, performance.now() - start);
      this.#options.onWork(this, 'idle');
      if (session.isWorn) this.#renewAtPause(generation);
      return view;
    } catch (failed) {
      this.#options.onWork(this, { failed });
      throw failed;
    }
  }

  /** Nobody waits for it then. */
  #renewAtPause(generation: number): void {
    if (this.#renewal !== null) clearTimeout(this.#renewal);
    this.#renewal = setTimeout(() => {
      if (generation !== this.#generation || this.#isDisposed) return;
      this.#stale((session) => session.renew());
      this.view().catch(() => {});
    }, PAUSE_MS);
    this.#renewal.unref();
  }

  #lookAtDisk(): void {
    const now = performance.now();
    if (this.#options.isToldOfDisk() || now - this.#lastLook < LOOK_MS) return;
    this.#lastLook = now;
    if (this.#opened?.hasChangedOnDisk() === true) this.changedOnDisk(null);
  }

  #stale(apply: (session: Session) => void): void {
    this.#generation += 1;
    // Nobody is given it any more, and a program that is begun anew need not stand beside it.
    this.#latest = null;
    this.#untold.push(apply);
  }

  async #open(): Promise<Session> {
    return openSession(await this.#sessionOptions());
  }

  async #sessionOptions(): Promise<SessionOptions> {
    const settings = await this.#options.settings();
    return {
      root: this.root,
      cacheDir: settings.cache ? userCacheFolder() : null,
      rules: new Map(Object.entries(settings.rules)) as RuleLevels,
      outcomes: { platforms: settings.platforms, devices: settings.devices, policy: settings.policy },
    };
  }

  /** What an earlier session found in the same texts. */
  async #recall(generation: number): Promise<void> {
    const options = await this.#sessionOptions();
    if (generation !== this.#generation) return;
    const report = await earlierReport(options, [...this.#texts.keys()], this.#texts);
    if (report === null || generation !== this.#generation || this.current !== null) return;
    this.#earlier = { generation, report };
    this.#options.onEarlier(this);
  }
}

function nothing(): void {}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
