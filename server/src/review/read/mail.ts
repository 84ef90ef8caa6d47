/** From a patch file to the texts that may hold a diff: one for each mail, or the whole file. */
import type { Bytes } from '../patch.js';
import { type NumberedLines, sliceLines, withoutCr } from './lines.js';
import { decodeBody, decodeWords } from './transfer.js';

export interface Message {
  readonly subject: string | null;
  /** Decoded; of a mail of several parts, the texts among them one after the other. */
  readonly body: NumberedLines;
}

/** Parts inside parts are followed this far. */
const MAX_DEPTH = 8;

type Headers = ReadonlyMap<string, Bytes>;

export function messagesOf(file: NumberedLines): readonly Message[] {
  const start = file.text.findIndex((line) => withoutCr(line) !== '');
  if (start < 0) return [];
  if (isSeparator(file.text[start] ?? '')) return mailsOf(file, start).map(messageOf);
  return beginsWithHeaders(file, start)
    ? [messageOf(sliceLines(file, start, file.text.length))]
    : [{ subject: null, body: file }];
}

function mailsOf(file: NumberedLines, first: number): NumberedLines[] {
  const starts = [first];
  for (let at = first + 1; at < file.text.length; at++) {
    if (withoutCr(file.text[at - 1] ?? '') === '' && isSeparator(file.text[at] ?? '')) starts.push(at);
  }
  return starts.map((start, index) => sliceLines(file, start + 1, starts[index + 1] ?? file.text.length));
}

/** `From 0123abcd Mon Sep 17 00:00:00 2001`: a sender, a time and a year, as mailbox readers ask of it. */
function isSeparator(line: Bytes): boolean {
  if (!line.startsWith('From ') || line.length > 300) return false;
  return /\d\d:\d\d/.test(line) && /\b(?:19|20)\d\d\b/.test(line.slice(-16));
}

/** A saved mail: header lines up to an empty one, with a header every mail has. */
function beginsWithHeaders(file: NumberedLines, start: number): boolean {
  for (let at = start; at < file.text.length; at++) {
    const line = withoutCr(file.text[at] ?? '');
    if (line === '') break;
    const isHeader = headerLine.test(line) || (at > start && /^[ \t]/.test(line));
    if (!isHeader) return false;
    if (/^(?:from|subject|message-id|received|return-path|date):/i.test(line)) return true;
  }
  return false;
}

const headerLine = /^[!-9;-~]{1,100}:/;

function messageOf(mail: NumberedLines): Message {
  const { headers, body } = splitHeaders(mail);
  const subject = headers.get('subject');
  return {
    subject: subject === undefined ? null : decodeWords(subject).replace(/\s+/g, ' ').trim(),
    body: textOf(headers, body, 0),
  };
}

/** Headers end at an empty line, or at the first that is none: notes above a diff may look like headers too. */
function splitHeaders(mail: NumberedLines): { headers: Headers; body: NumberedLines } {
  const headers = new Map<string, Bytes>();
  let at = 0;
  let last: string | null = null;
  for (; at < mail.text.length; at++) {
    const line = withoutCr(mail.text[at] ?? '');
    if (/^[ \t]/.test(line) && at > 0) {
      if (last !== null) headers.set(last, `${headers.get(last)} ${line.trim()}`);
      continue;
    }
    if (!headerLine.test(line)) break;
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    last = headers.has(name) ? null : name;
    if (last !== null) headers.set(name, line.slice(colon + 1).trim());
  }
  const isEmpty = withoutCr(mail.text[at] ?? '') === '';
  return { headers, body: sliceLines(mail, isEmpty ? at + 1 : at, mail.text.length) };
}

const nothing: NumberedLines = { text: [], at: [] };

function textOf(headers: Headers, body: NumberedLines, depth: number): NumberedLines {
  const type = headers.get('content-type') ?? 'text/plain';
  const kind = (type.split(';')[0] ?? '').trim().toLowerCase();
  if (depth > MAX_DEPTH) return nothing;
  if (kind.startsWith('multipart/')) return joined(partsOf(body, parameter(type, 'boundary'), depth));
  if (kind === 'message/rfc822') {
    const inner = splitHeaders(body);
    return textOf(inner.headers, inner.body, depth + 1);
  }
  if (!isText(kind, `${type} ${headers.get('content-disposition') ?? ''}`)) return nothing;
  const isFlowed = parameter(type, 'format').toLowerCase() === 'flowed';
  const delSp = parameter(type, 'delsp').toLowerCase() === 'yes';
  return decodeBody(body, (headers.get('content-transfer-encoding') ?? '').trim(), isFlowed, delSp);
}

function isText(kind: string, description: string): boolean {
  if (kind === 'text/html') return false;
  return kind.startsWith('text/') || /\.(?:patch|diff)"?(?:\s|;|$)/i.test(description);
}

function partsOf(body: NumberedLines, boundary: string, depth: number): NumberedLines[] {
  if (boundary === '') return [body];
  const marks = body.text.flatMap((line, at) => (line.startsWith(`--${boundary}`) ? [at] : []));
  return marks.map((mark, index) => {
    const part = sliceLines(body, mark + 1, marks[index + 1] ?? body.text.length);
    const isLast = (body.text[mark] ?? '').startsWith(`--${boundary}--`);
    if (isLast) return nothing;
    const inner = splitHeaders(part);
    return textOf(inner.headers, inner.body, depth + 1);
  });
}

function joined(parts: readonly NumberedLines[]): NumberedLines {
  return { text: parts.flatMap((part) => part.text), at: parts.flatMap((part) => part.at) };
}

/** `name=value` or `name="value"` of a header; '' when there is none. */
function parameter(header: Bytes, name: string): string {
  for (const part of header.split(';').slice(1)) {
    const equals = part.indexOf('=');
    if (equals < 0 || part.slice(0, equals).trim().toLowerCase() !== name) continue;
    return part
      .slice(equals + 1)
      .trim()
      .replace(/^"|"$/g, '');
  }
  return '';
}
