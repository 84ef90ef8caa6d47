/** Open patches: each with what it does to the tree it belongs to, worked out for its newest text alone. */
import { basename } from 'node:path';
import { treeAt, userCacheFolder } from '../program/index.js';
import { PatchError } from '../review/index.js';
import type { RuleLevels } from '../rules/index.js';
import { openPatchSession, type PatchReview, type PatchSession } from '../session/patches.js';
import type { Documents, OpenDocument } from './documents.js';
import type { Settings } from './settings.js';
import type { Trees } from './trees.js';

/** A patch as it stands: reviewed, or why it is not. */
export type PatchState =
  | { readonly version: number; readonly root: string; readonly review: PatchReview }
  | { readonly version: number; readonly root: string; readonly refused: PatchError };

interface Known {
  readonly version: number;
  /** Of all texts and settings it rests on. */
  readonly epoch: number;
  readonly state: Promise<PatchState | null>;
}

export class Patches {
  readonly #documents: Documents;
  readonly #trees: Trees;
  readonly #settings: () => Settings;
  readonly #sessions = new Map<string, Promise<PatchSession>>();
  readonly #known = new Map<string, Known>();
  #epoch = 0;

  constructor(documents: Documents, trees: Trees, settings: () => Settings) {
    this.#documents = documents;
    this.#trees = trees;
    this.#settings = settings;
  }

  /** A C file was edited or changed on disk: what a patch does to it may be otherwise. */
  outdate(): void {
    this.#epoch += 1;
  }

  restart(): void {
    this.outdate();
    this.#closeSessions();
  }

  close(uri: string): void {
    this.#known.delete(uri);
    if (!this.#documents.all().some(({ kind }) => kind === 'patch')) this.#closeSessions();
  }

  /** Null when the patch was closed, or changed on the way. */
  async stateOf(document: OpenDocument): Promise<PatchState | null> {
    const { version } = document.text;
    const known = this.#known.get(document.uri);
    if (known?.version === version && known.epoch === this.#epoch) return known.state;
    const epoch = this.#epoch;
    const state = this.#review(document, version, () => {
      const isOpen = this.#documents.get(document.uri) === document;
      return !isOpen || document.text.version !== version || epoch !== this.#epoch;
    });
    this.#known.set(document.uri, { version, epoch, state });
    return state;
  }

  async #review(
    document: OpenDocument,
    version: number,
    isObsolete: () => boolean,
  ): Promise<PatchState | null> {
    const root = this.rootFor(document);
    const name = basename(document.path ?? document.uri);
    try {
      const session = await this.#session(root);
      const text = document.text.getText();
      const review = await session.review({ name, text }, this.#textsBelow(root), { isObsolete });
      return review === null || isObsolete() ? null : { version, root, review };
    } catch (error) {
      if (error instanceof PatchError) return { version, root, refused: error };
      throw error;
    }
  }

  /** The kernel tree the patch lies in, else the first of the client's folders that is one, else its own folder. */
  rootFor(document: OpenDocument): string {
    const own = document.path === null ? null : this.#trees.homeOf(document.path).tree;
    if (own !== null && treeAt(own.root).version !== null) return own.root;
    const kernel = this.#trees.folders.find((folder) => treeAt(folder).version !== null);
    return kernel ?? this.#trees.folders[0] ?? own?.root ?? process.cwd();
  }

  #textsBelow(root: string): ReadonlyMap<string, string> {
    const texts = new Map<string, string>();
    for (const { path, kind, text } of this.#documents.all()) {
      if (path === null || kind !== 'c') continue;
      const { tree, file } = this.#trees.homeOf(path);
      if (tree.root === root) texts.set(file, text.getText());
    }
    return texts;
  }

  #session(root: string): Promise<PatchSession> {
    const known = this.#sessions.get(root);
    if (known !== undefined) return known;
    const settings = this.#settings();
    const opened = openPatchSession({
      root,
      cacheDir: settings.cache ? userCacheFolder() : null,
      rules: new Map(Object.entries(settings.rules)) as RuleLevels,
      outcomes: { platforms: settings.platforms, devices: settings.devices, policy: settings.policy },
    });
    this.#sessions.set(root, opened);
    return opened;
  }

  #closeSessions(): void {
    for (const session of this.#sessions.values()) void session.then((s) => s.dispose()).catch(() => {});
    this.#sessions.clear();
    this.#known.clear();
  }
}
