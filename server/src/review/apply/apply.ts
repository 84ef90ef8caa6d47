/** Patches applied to a tree that is only read: what each touched file holds afterwards. */
import { decodeSource } from '../../text/decode.js';
import { type Bytes, type FileChange, type Patch, PatchError, toBytes } from '../patch.js';
import { type AppliedHunk, type AppliedHunks, applyHunks, Misfit } from './hunks.js';
import { LineMap } from './line-map.js';
import { normal, type Paths, pathsOf, type Strip, stripOf, whyRefused } from './paths.js';

/**
 * The content of a file of the tree; null when there is none. It is asked for relative paths without `..` only.
 * @throws {Error} with the reason, for a file that may not be patched: reached through a symbolic link, or not readable
 */
export type ReadFile = (path: string) => Uint8Array | string | null;

/** What became of one path. */
export interface PostImage {
  /** Null: there is no such file any more. */
  readonly text: string | null;
  /** Where its lines stood before; null for a file that is new. */
  readonly from: { readonly path: string; readonly lines: LineMap } | null;
}

/** A hunk that stood elsewhere than its patch says, or in other surroundings. */
export interface MovedHunk extends AppliedHunk {
  readonly path: string;
  readonly patch: string;
}

export interface Applied {
  readonly files: ReadonlyMap<string, PostImage>;
  /** The same as a reader of sources wants it: path -> text, null for a file that is gone. */
  readonly overlay: ReadonlyMap<string, string | null>;
  readonly moved: readonly MovedHunk[];
  /** Files whose change has no text: binary, links. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
}

interface Image {
  readonly text: Bytes;
  readonly from: { readonly path: string; readonly lines: LineMap } | null;
}

/**
 * All patches, one after the other.
 * @throws {PatchError} at the first that does not apply: nothing is half applied
 */
export function applyPatches(patches: readonly Patch[], readFile: ReadFile): Applied {
  const tree = new PatchedTree(readFile);
  for (const patch of patches) if (patch.leftOut === null) new PatchRun(patch, tree).run();
  return tree.result();
}

/** The tree after the patches so far. */
class PatchedTree {
  readonly moved: MovedHunk[] = [];
  readonly skipped: { path: string; reason: string }[] = [];
  private readonly readFile: ReadFile;
  private readonly disk = new Map<string, Image | null>();
  private readonly changed = new Map<string, Image | null>();

  constructor(readFile: ReadFile) {
    this.readFile = readFile;
  }

  read(path: string): Image | null {
    const changed = this.changed.get(path);
    if (changed !== undefined) return changed;
    const known = this.disk.get(path);
    if (known !== undefined) return known;
    const content = this.readFile(path);
    const image =
      content === null ? null : { text: toBytes(content), from: { path, lines: LineMap.identity() } };
    this.disk.set(path, image);
    return image;
  }

  write(path: string, image: Image | null): void {
    this.changed.set(path, image);
  }

  result(): Applied {
    const files = new Map<string, PostImage>();
    for (const path of [...this.changed.keys()].sort()) {
      const image = this.changed.get(path) ?? null;
      const before = this.disk.get(path) ?? null;
      // Made and removed again, or changed and changed back.
      if (image?.text === before?.text && (image === null) === (before === null)) continue;
      files.set(path, { text: image === null ? null : decoded(image.text), from: image?.from ?? null });
    }
    const overlay = new Map([...files].map(([path, { text }]) => [path, text] as const));
    return { files, overlay, moved: this.moved, skipped: this.skipped };
  }
}

/** What is no text to the analysis is none after a patch either. */
function decoded(bytes: Bytes): string {
  const source = decodeSource(Buffer.from(bytes, 'latin1'));
  return 'text' in source ? source.text : '';
}

/** One patch: its files are read as they were before it, unless it names one twice. */
class PatchRun {
  private readonly patch: Patch;
  private readonly tree: PatchedTree;
  private readonly written = new Map<string, Image>();
  private readonly removed = new Set<string>();
  private readonly strip: Strip;

  constructor(patch: Patch, tree: PatchedTree) {
    this.patch = patch;
    this.tree = tree;
    this.strip = stripOf(patch.files, (path) => this.exists(path));
  }

  run(): void {
    const { files } = this.patch;
    const leaving = files.flatMap((change) => {
      const old =
        change.kind === 'rename' || change.kind === 'delete' ? pathsOf(change, this.strip).old : null;
      return old === null ? [] : [normal(old)];
    });
    const isLeaving = new Set(leaving);
    for (const change of files) this.apply(change, isLeaving);
    for (const path of this.removed) this.tree.write(path, null);
    for (const [path, image] of this.written) this.tree.write(path, image);
  }

  private exists(path: string): boolean {
    if (whyRefused(path) !== null) return false;
    try {
      return this.tree.read(normal(path)) !== null;
    } catch {
      // It is there, and may not be touched: said when it is about to be.
      return true;
    }
  }

  private apply(change: FileChange, isLeaving: ReadonlySet<string>): void {
    const paths = this.checked(change);
    if (change.opaque !== null) {
      this.tree.skipped.push({ path: paths.new ?? paths.old ?? '', reason: change.opaque });
      return;
    }
    const old = this.source(change, paths);
    const before = old === null ? null : this.current(change, old);
    if (old !== null && before === null) this.fail(change, `there is no ${old} to patch`);
    const target =
      change.kind === 'delete' ? null : change.kind === 'modify' ? (old ?? paths.new) : paths.new;
    const isTaken = target !== null && target !== old && !isLeaving.has(target);
    if (isTaken && this.current(change, target) !== null) this.fail(change, `${target} is there already`);
    const applied = this.hunksApplied(change, before?.text ?? '', target ?? old ?? '');
    if (target === null && applied.text !== '') {
      this.fail(change, `${old} is to be removed, but more is in it than the patch removes`);
    }
    if (old !== null && (change.kind === 'delete' || change.kind === 'rename')) this.leave(old, before);
    if (target !== null) this.keep(target, before, applied);
  }

  /** The file that is read: null where there is none yet. */
  private source(change: FileChange, paths: Paths): string | null {
    if (change.kind === 'create') return null;
    if (change.isGit || change.kind === 'delete') return paths.old;
    const isThere = (path: string | null): path is string =>
      path !== null && this.current(change, path) !== null;
    if (isThere(paths.new)) return paths.new;
    if (isThere(paths.old)) return paths.old;
    // `diff -N` names a file that is not there like any other; its one hunk begins at line 0.
    return isWholeNewFile(change) ? null : paths.new;
  }

  private leave(path: string, image: Image | null): void {
    this.removed.add(path);
    if (this.written.get(path) === image) this.written.delete(path);
  }

  private keep(path: string, before: Image | null, applied: AppliedHunks): void {
    const from = before?.from ?? null;
    this.removed.delete(path);
    this.written.set(path, {
      text: applied.text,
      from: from === null ? null : { path: from.path, lines: from.lines.followedBy(applied.lines) },
    });
  }

  private current(change: FileChange, path: string): Image | null {
    try {
      const written = this.written.get(path);
      const isMove = change.kind === 'rename' || change.kind === 'copy' || change.kind === 'delete';
      // Two files that change places: each is read as it was.
      if (written !== undefined && !(isMove && this.tree.read(path) !== null)) return written;
      if (this.removed.has(path) && !isMove) return null;
      return this.tree.read(path);
    } catch (error) {
      this.fail(change, `${path} is not patched: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private hunksApplied(change: FileChange, text: Bytes, path: string): AppliedHunks {
    try {
      const applied = applyHunks(text, change.hunks);
      const patch = this.patch.subject ?? this.patch.file;
      for (const hunk of applied.moved) this.tree.moved.push({ ...hunk, path, patch });
      return applied;
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      const { hunk, number, message } = error;
      throw new PatchError(
        this.patch.file,
        hunk.line,
        `hunk ${number} does not apply to ${path}: ${message}`,
      );
    }
  }

  /** The paths of a change, each within the tree. */
  private checked(change: FileChange): Paths {
    const paths = pathsOf(change, this.strip);
    for (const path of [change.oldName, change.newName, paths.old, paths.new]) {
      const why = path === null ? null : whyRefused(path);
      if (why !== null) this.fail(change, `the path ${JSON.stringify(path)} is refused: ${why}`);
    }
    return { old: tidy(paths.old), new: tidy(paths.new) };
  }

  private fail(change: FileChange, cause: string): never {
    throw new PatchError(this.patch.file, change.line, cause);
  }
}

function tidy(path: string | null): string | null {
  return path === null ? null : normal(path);
}

function isWholeNewFile({ hunks }: FileChange): boolean {
  return hunks.length === 1 && hunks[0]?.oldStart === 0 && hunks[0].lines.every(({ mark }) => mark === '+');
}
