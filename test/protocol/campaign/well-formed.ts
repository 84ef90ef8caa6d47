/** What holds of any answer of the server, whatever was asked: every range lies in its text, every token in its line. */
import { existsSync, readFileSync } from 'node:fs';
import { type Encoding, fileOf, type Range, textAt } from '../client/index.js';

export interface Texts {
  readonly encoding: Encoding;
  /** The document that was asked about. */
  readonly uri: string;
  /** Texts of an open document; more than one where it was edited before the answer came, none when it is not open. */
  readonly texts: (uri: string) => readonly string[];
}

/** What is wrong with an answer, none when nothing is. */
export function malformed(answer: unknown, texts: Texts): string[] {
  const problems: string[] = [];
  visit(answer, texts.uri, '', texts, problems);
  return problems;
}

function visit(value: unknown, uri: string, path: string, texts: Texts, problems: string[]): void {
  if (value === undefined || value === null) return;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) problems.push(`${path}: ${value}`);
    return;
  }
  if (typeof value !== 'object') return;
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      visit(item, uri, `${path}[${index}]`, texts, problems);
    });
    return;
  }
  if (isRange(value)) {
    const problem = rangeProblem(value, uri, texts);
    if (problem !== null) problems.push(`${path}: ${problem}: ${JSON.stringify(value)}`);
    return;
  }
  const record = value as Record<string, unknown>;
  const named = record.uri ?? record.targetUri ?? (record.textDocument as { uri?: unknown } | undefined)?.uri;
  const here = typeof named === 'string' ? named : uri;
  // The calls of a caller stand in its own text.
  const caller = (record.from as { uri?: unknown } | undefined)?.uri;
  for (const [key, inner] of Object.entries(record)) {
    // Where the asking document has the range, and where a command's arguments speak of another.
    const place =
      key === 'originSelectionRange'
        ? uri
        : key === 'fromRanges' && typeof caller === 'string'
          ? caller
          : here;
    if (key === 'changes' && inner !== null && typeof inner === 'object' && !Array.isArray(inner))
      for (const [file, edits] of Object.entries(inner))
        visit(edits, file, `${path}.changes[${file}]`, texts, problems);
    else visit(inner, place, `${path}.${key}`, texts, problems);
  }
}

function isRange(value: object): value is Range {
  const { start, end } = value as Partial<Range>;
  return typeof start?.line === 'number' && typeof end?.line === 'number' && 'character' in start;
}

function rangeProblem(range: Range, uri: string, texts: Texts): string | null {
  const candidates = textsOf(uri, texts);
  let problem: string | null = null;
  for (const text of candidates) {
    try {
      textAt(text, range, texts.encoding);
      return null;
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
  }
  return problem;
}

/** None where the text cannot be known here: documents the server itself gives. */
function textsOf(uri: string, { texts }: Texts): readonly string[] {
  const open = texts(uri);
  if (open.length > 0) return open;
  if (!uri.startsWith('file:') || !existsSync(fileOf(uri))) return [];
  return [readFileSync(fileOf(uri), 'utf8')];
}

/** Semantic tokens: five numbers each, in order, each inside its line and its legend. */
export function malformedTokens(
  data: readonly number[],
  legend: { readonly tokenTypes: readonly string[]; readonly tokenModifiers: readonly string[] },
  text: string,
  encoding: Encoding,
): string[] {
  if (data.length % 5 !== 0) return [`${data.length} numbers`];
  const problems: string[] = [];
  let line = 0;
  let character = 0;
  for (let at = 0; at < data.length; at += 5) {
    const [lines = 0, characters = 0, length = 0, type = 0, modifiers = 0] = data.slice(at, at + 5);
    line += lines;
    character = lines === 0 ? character + characters : characters;
    const range = { start: { line, character }, end: { line, character: character + length } };
    try {
      if (textAt(text, range, encoding) === '') problems.push(`empty token ${JSON.stringify(range)}`);
    } catch (error) {
      problems.push(`token ${JSON.stringify(range)}: ${String(error)}`);
    }
    if (legend.tokenTypes[type] === undefined) problems.push(`token type ${type}`);
    if (modifiers >= 2 ** legend.tokenModifiers.length) problems.push(`token modifiers ${modifiers}`);
  }
  return problems;
}
