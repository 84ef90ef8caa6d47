/**
 * Reports on texts under edit: what an editor's server asks.
 *
 *     const session = await openSession({ tree: '/linux', cacheDir: null, rules: new Map() });
 *     session.edit('drivers/virtio/virtio_ring.c', text);
 *     const view = await session.view(['drivers/virtio/virtio_ring.c']);
 *
 * A view is what `analyse` gives for the same paths and the same texts, and the program it was read from.
 */
import { resolve } from 'node:path';
import type { Inventory } from '../analysis/index.js';
import type { Overlay, Program } from '../program/index.js';
import type { Report } from '../report/report.js';
import type { RuleLevels } from '../rules/index.js';
import { analyseWithProgram } from '../service/analyse.js';
import type { OutcomeChoice } from '../service/outcomes.js';

export interface SessionOptions {
  /** Root of the kernel tree, or of any folder of C files; absolute. */
  readonly root: string;
  /** Null: no cache. */
  readonly cacheDir: string | null;
  readonly rules: RuleLevels;
  readonly outcomes?: OutcomeChoice;
}

/** A report, and what it was read from: good until the next edit. */
export interface View {
  readonly report: Report;
  readonly program: Program;
  readonly inventory: Inventory;
}

export interface ViewOptions {
  /** Asked between units of work; work stops when it says yes. */
  readonly isObsolete?: () => boolean;
}

export interface Session {
  readonly root: string;
  /** The text of a file, relative to the root, in place of that on disk; null: that on disk again. */
  edit(file: string, text: string | null): void;
  /** Files were changed, made or removed on disk, relative to the root; null: any may have been. */
  changedOnDisk(files: readonly string[] | null): void;
  /** The report on these files, relative to the root, with the texts as they stand. Null when it became obsolete on the way. */
  view(files: readonly string[], options?: ViewOptions): Promise<View | null>;
  dispose(): void;
}

export async function openSession(options: SessionOptions): Promise<Session> {
  const texts = new Map<string, string>();
  return {
    root: options.root,
    edit(file, text) {
      if (text === null) texts.delete(file);
      else texts.set(file, text);
    },
    changedOnDisk() {},
    async view(files, { isObsolete = () => false } = {}) {
      await new Promise((done) => setImmediate(done));
      if (isObsolete()) return null;
      const overlay: Overlay = new Map(texts);
      const view = await analyseWithProgram({
        tree: options.root,
        paths: files.map((file) => resolve(options.root, file)),
        jobs: 1,
        cacheDir: options.cacheDir,
        rules: options.rules,
        overlay,
        ...(options.outcomes && { outcomes: options.outcomes }),
        timings: false,
      });
      return isObsolete() ? null : view;
    },
    dispose: () => texts.clear(),
  };
}
