/**
 * Patches under edit: what a series does to the tree as it stands in the editor, and where in the patch file it does it.
 * The tree before and the tree after are two states of one session, so an edit of the patch redoes what it changes.
 */
import type { Report } from '../report/report.js';
import {
  type Applied,
  applyPatches,
  type Difference,
  differenceOf,
  diskFiles,
  PatchPlaces,
  readPatches,
} from '../review/index.js';
import { openSession, type Session, type SessionOptions, type ViewOptions } from './index.js';

export interface PatchReview {
  readonly applied: Applied;
  readonly places: PatchPlaces;
  readonly difference: Difference;
}

export interface PatchSession {
  /**
   * Null when it became obsolete on the way. `texts`: files under edit, relative to the root.
   *
   * @throws {PatchError} for a patch that cannot be read or does not apply to the tree
   */
  review(
    patch: { readonly name: string; readonly text: string },
    texts: ReadonlyMap<string, string>,
    options?: ViewOptions,
  ): Promise<PatchReview | null>;
  changedOnDisk(files: readonly string[] | null): void;
  dispose(): void;
}

export async function openPatchSession(options: SessionOptions): Promise<PatchSession> {
  const session = await openSession(options);
  const onDisk = diskFiles(options.root);
  const held = new Set<string>();
  let turn: Promise<unknown> = Promise.resolve();

  const review: PatchSession['review'] = async ({ name, text }, texts, viewOptions) => {
    const patches = readPatches(text, name);
    const read = (path: string): ReturnType<typeof onDisk> => texts.get(path) ?? onDisk(path);
    const applied = applyPatches(patches, read);
    const sources = [...applied.files].filter(([path]) => /\.[ch]$/i.test(path));
    const before = sources.flatMap(([path, { from }]) =>
      read(path) === null ? [] : [path, from?.path ?? path],
    );
    const after = sources.flatMap(([path, image]) => (image.text === null ? [] : [path]));
    useTexts(session, held, texts);
    const reportBefore = await reportOn(session, [...new Set(before)], viewOptions);
    if (reportBefore === null) return null;
    useTexts(session, held, new Map([...texts, ...applied.overlay]));
    const reportAfter = await reportOn(session, after, viewOptions);
    if (reportAfter === null) return null;
    return {
      applied,
      places: PatchPlaces.of(patches, read),
      difference: differenceOf(reportBefore, reportAfter, applied.files),
    };
  };

  return {
    // One at a time: each puts the session's texts where it needs them.
    review: (patch, texts, viewOptions) => {
      const mine = turn.then(() => review(patch, texts, viewOptions));
      turn = mine.catch(() => null);
      return mine;
    },
    changedOnDisk: (files) => session.changedOnDisk(files),
    dispose: () => session.dispose(),
  };
}

function useTexts(session: Session, held: Set<string>, texts: ReadonlyMap<string, string | null>): void {
  for (const file of held) if (!texts.has(file)) session.edit(file, null);
  held.clear();
  for (const [file, text] of texts) {
    held.add(file);
    // A file that a patch removes reads as an empty one: it defines nothing any more.
    session.edit(file, text ?? '');
  }
}

/** Nothing for no files: an empty list would mean the whole tree. */
async function reportOn(
  session: Session,
  files: readonly string[],
  options: ViewOptions | undefined,
): Promise<Report | null> {
  if (files.length > 0) return (await session.view(files, options))?.report ?? null;
  return {
    schema: 'vringside/1',
    tool: { name: 'vringside', version: '' },
    tree: { root: session.root, kernelVersion: null },
    sites: [],
    workloads: [],
    findings: [],
    suppressed: [],
    notAnalysed: [],
  };
}
