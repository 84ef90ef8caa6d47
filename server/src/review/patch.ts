/** What a patch says, before any tree is looked at. */

/**
 * Text as bytes: one code unit (0 to 255) a byte. Patches and the files they change are compared byte for byte, whatever
 * their encodings.
 */
export type Bytes = string;

export interface HunkLine {
  readonly mark: ' ' | '+' | '-';
  /** With its line end, unless it is the last of a file without one. */
  readonly text: Bytes;
  /** 1-based, in the patch file. */
  readonly line: number;
}

export interface Hunk {
  /** 1-based line of its `@@` in the patch file. */
  readonly line: number;
  /** 1-based; 0 for a file that is not there yet, or no more. */
  readonly oldStart: number;
  readonly newStart: number;
  readonly lines: readonly HunkLine[];
}

export type ChangeKind = 'modify' | 'create' | 'delete' | 'rename' | 'copy';

/** What one diff section does to one file. */
export interface FileChange {
  /** 1-based line of the section in the patch file. */
  readonly line: number;
  readonly kind: ChangeKind;
  /** As `git apply -p1` takes them; null where there is no such file before, or after. */
  readonly oldPath: string | null;
  readonly newPath: string | null;
  /** The same with no part taken off: what `-p0` takes. */
  readonly oldName: string | null;
  readonly newName: string | null;
  /** True when `/dev/null` or a word of the header says so, false where a time stamp or the tree has to. */
  readonly isGit: boolean;
  readonly hunks: readonly Hunk[];
  /** Why its content cannot be worked out: binary, a symbolic link, a submodule. */
  readonly opaque: string | null;
}

/** One commit, mail or plain diff. */
export interface Patch {
  /** Name of the patch file, for messages. */
  readonly file: string;
  /** Of the mail it came in, decoded. */
  readonly subject: string | null;
  /** Empty for a cover letter. */
  readonly files: readonly FileChange[];
  /** Why it is not part of the series although it holds a diff. */
  readonly leftOut: string | null;
}

/** A patch that cannot be read or does not apply; the message names patch file, line, target and cause. */
export class PatchError extends Error {
  override readonly name = 'PatchError';
  /** 1-based, in the patch file. */
  readonly line: number;
  /** Without the place. */
  readonly why: string;

  constructor(file: string, line: number, cause: string) {
    super(`${file}:${line}: ${cause}`);
    this.line = line;
    this.why = cause;
  }
}

export function toBytes(text: string | Uint8Array): Bytes {
  if (typeof text === 'string') return Buffer.from(text, 'utf8').toString('latin1');
  return Buffer.from(text.buffer, text.byteOffset, text.byteLength).toString('latin1');
}

/** For people: bytes that are no UTF-8 show as the replacement character. */
export function readable(bytes: Bytes): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
