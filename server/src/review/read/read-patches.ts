/** A patch file of any usual kind to the patches in it, in the order in which they apply. */
import { type Bytes, type Patch, PatchError, toBytes } from '../patch.js';
import { numbered } from './lines.js';
import { messagesOf } from './mail.js';
import { sectionsOf } from './sections.js';

/** Beyond this a file is no patch a person reads; a full release of the kernel is about as large. */
const MAX_BYTES = 128 * 1024 * 1024;

/**
 * Reads a diff, a mail or a mailbox. `file` is its name in messages. A cover letter is a patch without files; a reply among
 * patches is marked as left out; patches that carry a number (`[PATCH 2/3]`) are put in its order.
 * @throws {PatchError} for a diff that is broken or of another format
 */
export function readPatches(text: string | Uint8Array, file: string): readonly Patch[] {
  if (text.length > MAX_BYTES) throw new PatchError(file, 1, `larger than ${MAX_BYTES / (1 << 20)} MiB`);
  const messages = messagesOf(numbered(withoutMark(toBytes(text))));
  const hasPatchMail = messages.some(({ subject }) => subject !== null && !isReply(subject));
  const patches = messages.map(({ subject, body }): Patch => {
    const isLeftOut = hasPatchMail && subject !== null && isReply(subject);
    // What people quote and suggest in a reply need not be a diff that anybody could apply.
    if (isLeftOut) return { file, subject, files: [], leftOut: 'a reply' };
    return { file, subject, files: sectionsOf(file, body), leftOut: null };
  });
  return inSeriesOrder(patches);
}

/** Editors put a byte order mark before a text, and PowerShell's `>` writes UTF-16. */
function withoutMark(bytes: Bytes): Bytes {
  if (bytes.startsWith('\xff\xfe')) return toBytes(Buffer.from(bytes, 'latin1').toString('utf16le').slice(1));
  return bytes.startsWith('\xef\xbb\xbf') ? bytes.slice(3) : bytes;
}

function isReply(subject: string): boolean {
  return /^(?:re|aw|sv|antw)\s?:/i.test(subject);
}

interface SeriesNumber {
  readonly number: number;
  readonly total: number;
}

function seriesNumber({ subject }: Patch): SeriesNumber | null {
  const match = /^\s*\[[^\]]{0,100}?\b(\d{1,4})\/(\d{1,4})\]/.exec(subject ?? '');
  return match === null ? null : { number: Number(match[1]), total: Number(match[2]) };
}

/** Mail arrives in any order. Where all that apply are numbered as one series, its numbers count; else the file's order. */
function inSeriesOrder(patches: readonly Patch[]): readonly Patch[] {
  const applied = patches.filter(({ files }) => files.length > 0);
  const numbers = applied.map(seriesNumber);
  const isOneSeries =
    numbers.every((n) => n !== null && n.total === numbers[0]?.total) &&
    new Set(numbers.map((n) => n?.number)).size === applied.length;
  if (!isOneSeries) return patches;
  const place = (patch: Patch): number => (patch.files.length > 0 ? (seriesNumber(patch)?.number ?? 0) : 0);
  return [...patches].sort((a, b) => place(a) - place(b));
}
