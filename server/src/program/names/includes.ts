/** Which files a file sees through `#include`, by the search path of the kernel's own build. */
import type { SourceReader } from '../files/reader.js';
import type { IncludeLine, Unit } from '../unit.js';

/** What include resolution needs of a program. */
export interface UnitSource {
  unit(path: string): Unit | null;
}

/** The parts of resolution that no edited buffer changes; shared by all images of a program. */
export class IncludePaths {
  private readonly reader: SourceReader;
  private readonly existing = new Map<string, boolean>();
  private readonly makefileFolders = new Map<string, readonly string[]>();
  private archNames: readonly string[] | null = null;

  constructor(reader: SourceReader) {
    this.reader = reader;
  }

  exists(path: string): boolean {
    const known = this.existing.get(path);
    if (known !== undefined) return known;
    const exists = this.reader.exists(path);
    this.existing.set(path, exists);
    return exists;
  }

  isKnownMissing(path: string): boolean {
    return this.existing.get(path) === false;
  }

  get architectures(): readonly string[] {
    this.archNames ??= this.reader.folders('arch');
    return this.archNames;
  }

  /** Folders that Makefiles put on the search path of the files in `folder`. */
  extraFolders(folder: string): readonly string[] {
    const known = this.makefileFolders.get(folder);
    if (known) return known;
    const own = this.foldersOfMakefile(folder, false);
    const inherited: string[] = [];
    for (let above = parentOf(folder); above !== null; above = parentOf(above)) {
      inherited.push(...this.foldersOfMakefile(above, true));
    }
    const all = [...new Set([...own, ...inherited])];
    this.makefileFolders.set(folder, all);
    return all;
  }

  private foldersOfMakefile(folder: string, onlyForSubfolders: boolean): string[] {
    for (const name of ['Kbuild', 'Makefile']) {
      const content = this.reader.read(join(folder, name));
      if (content === null || !('text' in content)) continue;
      return foldersInFlags(content.text, folder, onlyForSubfolders);
    }
    return [];
  }
}

/** `-I` of a Makefile; those built from variables other than the usual ones are left out. */
function foldersInFlags(makefile: string, folder: string, onlyForSubfolders: boolean): string[] {
  const folders: string[] = [];
  for (const line of makefile.replaceAll('\\\n', ' ').split('\n')) {
    if (!/flags/i.test(line) || (onlyForSubfolders && !line.startsWith('subdir-'))) continue;
    for (const [, flag = ''] of line.matchAll(/-I[ \t]*(\S+)/g)) {
      const path = flag
        .replace(/^\$\(srctree\)\/\$\((?:src|obj)\)|^\$\((?:src|obj)\)/, folder)
        .replace(/^\$\(srctree\)\/?/, '');
      if (!path.includes('$')) folders.push(normal(path));
    }
  }
  return folders;
}

export interface VisibleFiles {
  /** Path -> number of include steps to it, nearest first. */
  readonly distances: ReadonlyMap<string, number>;
  /** `asm/...` headers of every architecture the file may be built for; what they include is not followed. */
  readonly alternatives: ReadonlySet<string>;
}

export class IncludeGraph {
  private readonly units: UnitSource;
  private readonly paths: IncludePaths;
  private readonly added: ReadonlySet<string>;
  private readonly removed: ReadonlySet<string>;
  private readonly isFollowed: (header: string) => boolean;
  private readonly closures = new Map<string, VisibleFiles>();
  private readonly resolved = new Map<string, readonly string[]>();

  /**
   * `added`, `removed`: how the files of this image differ from those on disk. `isFollowed`: headers for which it does
   * not hold are taken as not there.
   */
  constructor(
    units: UnitSource,
    paths: IncludePaths,
    added: ReadonlySet<string>,
    removed: ReadonlySet<string>,
    isFollowed: (header: string) => boolean = () => true,
  ) {
    this.isFollowed = isFollowed;
    this.units = units;
    this.paths = paths;
    this.added = added;
    this.removed = removed;
  }

  /**
   * The files an include line can mean: the first that exists on the search path; for `asm/...` seen from outside
   * `arch/`, the generic one and that of every architecture.
   */
  resolve(from: string, include: IncludeLine): readonly string[] {
    const folder = folderOf(from);
    const key = `${folder}\0${include.isSystem ? '<' : '"'}${include.path}`;
    const known = this.resolved.get(key);
    if (known) return known;
    const found = this.search(folder, include);
    this.resolved.set(key, found);
    return found;
  }

  /** Every file seen from `path` through includes; `path` itself is not among them. */
  visible(path: string): VisibleFiles {
    const known = this.closures.get(path);
    if (known) return known;
    const own = archOf(path);
    const distances = new Map<string, number>();
    const alternatives = new Set<string>();
    let level: readonly string[] = [path];
    for (let distance = 1; level.length > 0; distance++) {
      const next: string[] = [];
      for (const header of level.flatMap((file) => this.directIncludes(file))) {
        if (header === path || distances.has(header) || !this.isFollowed(header)) continue;
        const arch = archOf(header);
        if (arch !== null && arch !== own) {
          alternatives.add(header);
          continue;
        }
        distances.set(header, distance);
        next.push(header);
      }
      level = next;
    }
    const visible = { distances, alternatives };
    this.closures.set(path, visible);
    return visible;
  }

  directIncludes(file: string): readonly string[] {
    const includes = this.units.unit(file)?.includes ?? [];
    return includes.flatMap((include) => this.resolve(file, include));
  }

  private search(folder: string, include: IncludeLine): readonly string[] {
    const own = archOf(folder);
    if (!include.isSystem) {
      const beside = normal(join(folder, include.path));
      if (this.exists(beside)) return [beside];
    }
    for (const extra of this.paths.extraFolders(folder)) {
      const path = normal(join(extra, include.path));
      if (this.exists(path)) return [path];
    }
    if (include.path.startsWith('asm/')) return this.searchAsm(own, include.path);
    const roots = [
      ...(own === null ? [] : [`arch/${own}/include`, `arch/${own}/include/uapi`]),
      ...['include', 'include/uapi', ''],
    ];
    for (const root of roots) {
      const path = normal(join(root, include.path));
      if (this.exists(path)) return [path];
    }
    return [];
  }

  private searchAsm(own: string | null, path: string): readonly string[] {
    const inArch = (arch: string): string[] =>
      [`arch/${arch}/include/${path}`, `arch/${arch}/include/uapi/${path}`].filter((file) =>
        this.exists(file),
      );
    const generic = ['include/asm-generic', 'include/uapi/asm-generic']
      .map((root) => join(root, path.slice('asm/'.length)))
      .filter((file) => this.exists(file));
    if (own !== null) {
      const ours = inArch(own).slice(0, 1);
      return ours.length > 0 ? ours : generic.slice(0, 1);
    }
    return [...generic.slice(0, 1), ...this.paths.architectures.flatMap((arch) => inArch(arch).slice(0, 1))];
  }

  private exists(path: string): boolean {
    return this.added.has(path) || (!this.removed.has(path) && this.paths.exists(path));
  }
}

/** `s390` for files below `arch/s390/`; null elsewhere. */
export function archOf(path: string): string | null {
  return /^arch\/([^/]+)(?:\/|$)/.exec(path)?.[1] ?? null;
}

export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

function parentOf(folder: string): string | null {
  return folder === '' ? null : folderOf(folder);
}

function join(folder: string, path: string): string {
  return folder === '' ? path : `${folder}/${path}`;
}

/** Without `.` and `..`, as far as they can be taken out. */
function normal(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}
