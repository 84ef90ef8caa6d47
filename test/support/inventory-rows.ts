/** The hand-labelled inventory as data. Its columns are explained in test/kernel/inventory/README.md. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KernelVersion } from './kernel-tree.js';
import { checkoutRoot } from './tracked-files.js';

export type RowCategory = 'bypass' | 'feature' | 'none';

export interface Place {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
}

export interface InventoryRow {
  readonly tree: string;
  readonly category: RowCategory;
  /** For `none` rows: why it only looks like a site. */
  readonly kind: string;
  readonly file: string;
  readonly line: number;
  /** Other lines that name the same place. */
  readonly alternatives: readonly Place[];
  readonly function: string;
  /** A bit's name; '' or `variable` where the row names none. */
  readonly feature: string;
  /** `-`: none. */
  readonly guard: string;
  /** What callers, registrations or sibling operands add to the guard; words where it is no formula. */
  readonly context: string | null;
  readonly concern: string;
  readonly note: string;
  /** File and line of the row itself. */
  readonly origin: string;
}

const header = 'tree\tcategory\tkind\tfile\tline\tfunction\tfeature\tguard\tconcern\tnote';

/** Throws on a line that does not keep the format: a row silently dropped would flatter the figures. */
export function parseInventory(text: string, name: string): InventoryRow[] {
  const lines = text.split('\n');
  if (lines[0] !== header) throw new Error(`${name}: the header line is not the known one`);
  return lines
    .slice(1)
    .flatMap((line, index) => (line === '' ? [] : [parseRow(line, `${name}:${index + 2}`)]));
}

/** Both tables of one tree. */
export function readInventory(version: KernelVersion): InventoryRow[] {
  return ['bypass', 'features'].flatMap((table) => {
    const name = `${table}-${version}.tsv`;
    return parseInventory(readFileSync(join(checkoutRoot, 'test/kernel/inventory', name), 'utf8'), name);
  });
}

function parseRow(line: string, origin: string): InventoryRow {
  const fields = line.split('\t');
  if (fields.length !== 10) throw new Error(`${origin}: ${fields.length} columns, not 10`);
  const [tree = '', category, kind = '', file = '', lineText = '', fn = '', feature = '', guard = ''] =
    fields;
  const [concern = '', note = ''] = fields.slice(8);
  if (category !== 'bypass' && category !== 'feature' && category !== 'none')
    throw new Error(`${origin}: category ${category}`);
  return {
    tree,
    category,
    kind,
    file,
    line: lineNumber(lineText, origin),
    alternatives: alternativesIn(note, file, origin),
    function: fn,
    feature,
    guard,
    context: notePart(note, 'context'),
    concern,
    note,
    origin,
  };
}

function notePart(note: string, key: string): string | null {
  const part = note.split('; ').find((p) => p.startsWith(`${key}=`));
  return part === undefined ? null : part.slice(key.length + 1);
}

function alternativesIn(note: string, file: string, origin: string): Place[] {
  const text = notePart(note, 'alt');
  if (text === null) return [];
  // A line may be followed by a word on it, in parentheses.
  return text
    .replace(/ \([^)]*\)/g, '')
    .split(',')
    .map((item) => {
      const colon = item.lastIndexOf(':');
      if (colon < 0) return { file, line: lineNumber(item, origin) };
      return { file: item.slice(0, colon), line: lineNumber(item.slice(colon + 1), origin) };
    });
}

function lineNumber(text: string, origin: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`${origin}: line number ${JSON.stringify(text)}`);
  return Number(text);
}

/* ---- kinds ------------------------------------------------------------------------------------------------------- */

const peripheralKinds: ReadonlySet<string> = new Set([
  'ops_ref',
  'features_ok_status',
  'feature_register',
  'features_field',
  'features_state',
  'negotiation_call',
  'helper_def',
  'log_only',
  'bit_def',
]);

/** Feature kinds where the feature word only moves, or a name is defined; all others are core. */
export function isPeripheral(kind: string): boolean {
  return peripheralKinds.has(kind) || kind.endsWith('_features_def');
}

/** The host's or the device's end: looks like a bypass and is the other side of it. */
export function isLookAlike(kind: string): boolean {
  return kind.startsWith('host_side_') || kind.startsWith('device_side_');
}

/** The bit a row or a site names, one name per bit; null where it names none. */
export function bitOf(feature: string | undefined): string | null {
  if (feature === undefined || feature === '' || feature === 'variable') return null;
  return feature === 'VIRTIO_F_IOMMU_PLATFORM' ? 'VIRTIO_F_ACCESS_PLATFORM' : feature;
}

const interchangeable: readonly (readonly [string, string])[] = [
  ['mask_expr', 'mask_test'],
  ['table', 'mask_def'],
  ['dma_quirk', 'dma_api_decision'],
];

/** Kinds that count as agreeing, by the README's rule. */
export function isSameKind(row: Pick<InventoryRow, 'kind' | 'file'>, kind: string): boolean {
  if (row.kind === kind) return true;
  const isPair = (a: string, b: string): boolean =>
    (row.kind === a && kind === b) || (row.kind === b && kind === a);
  if (interchangeable.some(([a, b]) => isPair(a, b))) return true;
  return row.file.startsWith('drivers/vdpa/') && isPair('host_side_ring_addr', 'ring_addr_write');
}
