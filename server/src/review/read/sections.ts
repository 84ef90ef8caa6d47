/** The diff sections in a text: what git writes, what `diff -u` writes, and prose between them. */
import { type Bytes, type ChangeKind, type FileChange, PatchError, readable } from '../patch.js';
import { type Cursor, isHunkHead, readHunks } from './hunks.js';
import { type NumberedLines, withoutCr } from './lines.js';
import { belowFirst, gitNames, type NamedSide, quotedName, sideOf } from './names.js';

export function sectionsOf(file: string, lines: NumberedLines): readonly FileChange[] {
  const cursor: Cursor = { file, lines, at: 0 };
  const changes: FileChange[] = [];
  while (cursor.at < lines.text.length) {
    const line = lines.text[cursor.at] ?? '';
    refuseOtherFormats(cursor, line);
    if (line.startsWith('diff --git ')) changes.push(gitSection(cursor));
    else if (isPlainHead(cursor)) changes.push(plainSection(cursor));
    else cursor.at++;
  }
  return changes;
}

/** Formats that look like a diff to people, and would otherwise be passed over in silence. */
function refuseOtherFormats(cursor: Cursor, line: Bytes): void {
  const next = cursor.lines.text[cursor.at + 1] ?? '';
  if (/^diff --(?:cc|combined) /.test(line)) {
    fail(cursor, 'this is the combined diff of a merge; give the diff against one parent');
  }
  if (
    line.startsWith('*** ') &&
    next.startsWith('--- ') &&
    /^\*{15}/.test(cursor.lines.text[cursor.at + 2] ?? '')
  ) {
    fail(cursor, 'this is a context diff; make it a unified one (diff -u)');
  }
  if (isHunkHead(line)) fail(cursor, 'a hunk stands here without the names of its file');
}

function isPlainHead({ lines, at }: Cursor): boolean {
  return (
    (lines.text[at] ?? '').startsWith('--- ') &&
    (lines.text[at + 1] ?? '').startsWith('+++ ') &&
    isHunkHead(lines.text[at + 2])
  );
}

// ---- diff -u

function plainSection(cursor: Cursor): FileChange {
  const line = cursor.lines.at[cursor.at] ?? 0;
  const sides = readSides(cursor);
  const hunks = readHunks(cursor, sides.hasCr);
  const [only] = hunks;
  const isEmptied =
    hunks.length === 1 && only?.newStart === 0 && only.lines.every(({ mark }) => mark === '-');
  const oldName = sides.old.name;
  const newName = isEmptied && sides.new.isEpoch ? null : sides.new.name;
  if (oldName === null && newName === null) throw new PatchError(cursor.file, line, 'the diff names no file');
  const kind = oldName === null ? 'create' : newName === null ? 'delete' : 'modify';
  return {
    line,
    kind,
    oldPath: stripped(oldName),
    newPath: stripped(newName),
    oldName,
    newName,
    isGit: false,
    hunks,
    opaque: null,
  };
}

interface Sides {
  readonly old: NamedSide;
  readonly new: NamedSide;
  readonly hasCr: boolean;
}

/** The `---` and `+++` lines. Where these end in a carriage return, mail or an editor put one on every line. */
function readSides(cursor: Cursor): Sides {
  const old = cursor.lines.text[cursor.at] ?? '';
  const now = cursor.lines.text[cursor.at + 1] ?? '';
  cursor.at += 2;
  return {
    old: sideOf(withoutCr(old).slice(4)),
    new: sideOf(withoutCr(now).slice(4)),
    hasCr: old.endsWith('\r') && now.endsWith('\r'),
  };
}

// ---- git

/** What the lines between `diff --git` and the hunks say. */
interface GitHead {
  kind: ChangeKind;
  from: string | null;
  to: string | null;
  opaque: string | null;
}

function gitSection(cursor: Cursor): FileChange {
  const start = cursor.at;
  const line = cursor.lines.at[start] ?? 0;
  const names = gitNames(withoutCr(cursor.lines.text[start] ?? '').slice('diff --git '.length));
  cursor.at++;
  const head = readGitHead(cursor);
  const sides = isPlainHead(cursor) ? readSides(cursor) : null;
  const hunks = sides === null ? [] : readHunks(cursor, sides.hasCr);
  const oldName = head.kind === 'create' ? null : (sides?.old.name ?? asText(names?.[0]));
  const newName = head.kind === 'delete' ? null : (sides?.new.name ?? asText(names?.[1]));
  const common = { line, kind: head.kind, isGit: true, hunks, opaque: head.opaque };
  if (head.kind === 'rename' || head.kind === 'copy') {
    // These two lines carry the paths without a prefix.
    const [from, to] = [head.from ?? stripped(oldName), head.to ?? stripped(newName)];
    return { ...common, oldPath: from, newPath: to, oldName: from, newName: to };
  }
  if (oldName === null && newName === null) throw new PatchError(cursor.file, line, 'the diff names no file');
  // The same name twice has no prefix: git was told to write none.
  const path = names !== null && names[0] === names[1] ? (name: string | null) => name : stripped;
  return { ...common, oldPath: path(oldName), newPath: path(newName), oldName, newName };
}

function readGitHead(cursor: Cursor): GitHead {
  const head: GitHead = { kind: 'modify', from: null, to: null, opaque: null };
  for (; cursor.at < cursor.lines.text.length; cursor.at++) {
    const line = withoutCr(cursor.lines.text[cursor.at] ?? '');
    if (line.startsWith('diff --git ') || line.startsWith('--- ') || !readGitWord(head, line)) break;
  }
  return head;
}

/** False for a line that is no part of git's header. */
function readGitWord(head: GitHead, line: Bytes): boolean {
  const word = /^(?:old mode|new mode|new file mode|deleted file mode|index|(?:dis)?similarity index) /.exec(
    line,
  )?.[0];
  const move = /^(rename|copy) (from|to) /.exec(line);
  if (word === 'new file mode ') head.kind = 'create';
  if (word === 'deleted file mode ') head.kind = 'delete';
  // Modes of symbolic links and submodules (git's object.h).
  if (/ 120000$/.test(line)) head.opaque = 'a symbolic link';
  if (/ 160000$/.test(line)) head.opaque = 'a submodule';
  if (move !== null) {
    const name = nameIn(line.slice(move[0].length));
    head.kind = move[1] === 'copy' ? 'copy' : 'rename';
    if (move[2] === 'from') head.from = name;
    else head.to = name;
  }
  const isBinary =
    line === 'GIT binary patch' || (line.startsWith('Binary files ') && line.endsWith(' differ'));
  if (isBinary) head.opaque = 'binary';
  return word !== undefined || move !== null || isBinary;
}

function nameIn(text: Bytes): string {
  return readable(quotedName(text)?.name ?? text);
}

function asText(name: Bytes | undefined): string | null {
  return name === undefined ? null : readable(name);
}

function stripped(name: string | null): string | null {
  return name === null ? null : (belowFirst(name) ?? name);
}

function fail(cursor: Cursor, cause: string): never {
  throw new PatchError(cursor.file, cursor.lines.at[cursor.at] ?? 1, cause);
}
