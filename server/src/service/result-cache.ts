/**
 * Reports of earlier runs, good as long as everything the run looked at is what it was: the texts it read, the files it
 * found missing, the folders it listed. Kept by content; a stale or damaged entry is as if it were not there.
 */
import { createHash } from 'node:crypto';
import { type Cache, cacheKey, type SourceReader } from '../program/index.js';
import type { Report } from '../report/report.js';

/** Raised when a report of the same input may come out otherwise. */
const formatName = 'report 2';

/** What a run asked of the tree, as it asked it. */
interface Consulted {
  /** Path -> hash of the text; '' for a file that was not there or is no text. */
  readonly texts: readonly (readonly [string, string])[];
  readonly existing: readonly (readonly [string, boolean])[];
  readonly folders: readonly (readonly [string, string])[];
  readonly searches: readonly Search[];
}

/** Folders searched for words, and the files found to hold one. */
interface Search {
  readonly folders: readonly string[];
  readonly words: readonly string[];
  readonly files: readonly string[];
}

interface Entry {
  readonly consulted: Consulted;
  readonly report: Omit<Report, 'timings'>;
}

/** A reader that reads each file once and remembers what it was asked. */
export interface RecordingReader extends SourceReader {
  consulted(): Consulted;
}

export function recordingReader(source: SourceReader): RecordingReader {
  const texts = new Map<string, ReturnType<SourceReader['read']>>();
  const existing = new Map<string, boolean>();
  const folders = new Map<string, readonly string[]>();
  const searches = new Searches();
  return {
    ...source,
    read: (path) => remembered(texts, path, () => source.read(path)),
    exists: (path) => remembered(existing, path, () => source.exists(path)),
    folders: (path) => remembered(folders, path, () => source.folders(path)),
    filesHolding: (words, below) => searches.keep(words, below, source.filesHolding(words, below)),
    consulted: () => ({
      texts: [...texts].map(([path, content]) => [path, hashOf(content)] as const),
      existing: [...existing],
      folders: [...folders].map(([path, names]) => [path, names.join('\0')] as const),
      searches: searches.all(),
    }),
  };
}

/** Searches of the same folders as one: a file holds one of many words exactly when some search for few of them finds it. */
class Searches {
  private readonly byFolders = new Map<
    string,
    { folders: readonly string[]; words: Set<string>; files: Set<string> }
  >();

  keep(words: readonly string[], folders: readonly string[], files: readonly string[]): readonly string[] {
    const key = folders.join('\0');
    const search = this.byFolders.get(key) ?? { folders, words: new Set(), files: new Set() };
    this.byFolders.set(key, search);
    for (const word of words) search.words.add(word);
    for (const file of files) search.files.add(file);
    return files;
  }

  all(): Search[] {
    return [...this.byFolders.values()].map(({ folders, words, files }) => ({
      folders,
      words: [...words].sort(),
      files: [...files].sort(),
    }));
  }
}

/** The key of a question: what was asked, by which build, of which selection. */
export function questionKey(build: string, parts: readonly string[]): string {
  return cacheKey(formatName, build, ...parts);
}

/** The report of an earlier run on the same question, when all it consulted is unchanged; else null. */
export function recall(cache: Cache, key: string, reader: SourceReader): Omit<Report, 'timings'> | null {
  const bytes = cache.get(key);
  if (bytes === null) return null;
  let entry: Entry;
  try {
    entry = JSON.parse(Buffer.from(bytes).toString('utf8')) as Entry;
  } catch {
    return null;
  }
  return isUnchanged(entry.consulted, reader) ? entry.report : null;
}

export function keep(cache: Cache, key: string, consulted: Consulted, report: Omit<Report, 'timings'>): void {
  const entry: Entry = { consulted, report };
  cache.put(key, Buffer.from(JSON.stringify(entry), 'utf8'));
}

function isUnchanged(consulted: Consulted, reader: SourceReader): boolean {
  return (
    consulted.texts.every(([path, hash]) => hashOf(reader.read(path)) === hash) &&
    consulted.existing.every(([path, was]) => reader.exists(path) === was) &&
    consulted.folders.every(([path, names]) => reader.folders(path).join('\0') === names) &&
    consulted.searches.every(
      ({ folders, words, files }) => reader.filesHolding(words, folders).join('\0') === files.join('\0'),
    )
  );
}

function hashOf(content: ReturnType<SourceReader['read']>): string {
  if (content === null || !('text' in content)) return '';
  return createHash('sha1').update(content.text, 'utf16le').digest('base64');
}

function remembered<T>(memo: Map<string, T>, key: string, find: () => T): T {
  const known = memo.get(key);
  if (known !== undefined) return known;
  const found = find();
  memo.set(key, found);
  return found;
}
