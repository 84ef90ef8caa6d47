/** The baseline's file: JSON, one finding an entry, in an order that does not change without need. */
import type { Finding } from '../rules/index.js';
import { JsonError, type JsonNode, readJson } from '../text/json.js';
import { LineIndex } from '../text/line-index.js';

export const baselineSchema = 'vringside-baseline/1';

/** At the root of a tree, what is taken where no other is named. */
export const baselineFileName = '.vringside-baseline.json';

/** A finding that was there before. The fingerprint decides; the rest is for people who read the file or its changes. */
export interface BaselineEntry {
  readonly fingerprint: string;
  readonly rule: string;
  /** Relative to the tree. */
  readonly file: string;
  readonly function: string;
  readonly message: string;
}

/** A baseline that cannot be read; the message names file, line and cause. */
export class BaselineError extends Error {
  override readonly name = 'BaselineError';
}

/**
 * @param name of the file, for messages
 * @throws {BaselineError}
 */
export function parseBaseline(text: string, name: string): BaselineEntry[] {
  try {
    return entriesOf(readJson(text));
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new BaselineError(`${name}:${new LineIndex(text).lineAt(error.at)}: ${error.message}`);
  }
}

/** The same entries give the same bytes, whatever order they come in. */
export function printBaseline(entries: readonly BaselineEntry[]): string {
  const unique = new Map(entries.map((entry) => [entry.fingerprint, entry]));
  const findings = [...unique.values()].sort(compareEntries);
  return `${JSON.stringify({ schema: baselineSchema, findings }, null, 2)}\n`;
}

export function entryOf({ fingerprint, rule, file, function: fn, message }: Finding): BaselineEntry {
  return { fingerprint, rule, file, function: fn, message };
}

function compareEntries(a: BaselineEntry, b: BaselineEntry): number {
  for (const key of ['file', 'rule', 'function', 'fingerprint'] as const) {
    if (a[key] !== b[key]) return a[key] < b[key] ? -1 : 1;
  }
  return 0;
}

// ---- reading

function entriesOf(root: JsonNode): BaselineEntry[] {
  if (root.kind !== 'object')
    throw new JsonError(root.at, 'a baseline is an object with "schema" and "findings"');
  const schema = root.members.get('schema');
  if (schema?.kind !== 'scalar' || schema.value !== baselineSchema) {
    const said =
      schema === undefined ? 'missing' : schema.kind === 'scalar' ? JSON.stringify(schema.value) : 'no text';
    throw new JsonError(schema?.at ?? root.at, `"schema" is ${said}; this version reads "${baselineSchema}"`);
  }
  const findings = root.members.get('findings');
  if (findings?.kind !== 'array') throw new JsonError(findings?.at ?? root.at, '"findings" is not a list');
  return findings.items.map(toEntry);
}

function toEntry(node: JsonNode): BaselineEntry {
  if (node.kind !== 'object')
    throw new JsonError(node.at, 'an entry is an object with "fingerprint", "rule" and "file"');
  const textOf = (key: keyof BaselineEntry, isNeeded: boolean): string => {
    const value = node.members.get(key);
    if (value === undefined && !isNeeded) return '';
    if (value === undefined) throw new JsonError(node.at, `an entry without "${key}"`);
    if (value.kind === 'scalar' && typeof value.value === 'string') return value.value;
    throw new JsonError(value.at, `"${key}" of an entry is not text`);
  };
  const fingerprint = textOf('fingerprint', true);
  if (!/^[0-9a-f]{16}$/.test(fingerprint)) {
    throw new JsonError(node.at, `"${fingerprint}" is no fingerprint: 16 digits of 0-9 and a-f`);
  }
  return {
    fingerprint,
    rule: textOf('rule', true),
    file: textOf('file', true),
    function: textOf('function', false),
    message: textOf('message', false),
  };
}
