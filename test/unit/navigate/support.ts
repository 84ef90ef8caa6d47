/**
 * C texts with marks in them:
 *
 *     //- drivers/virtio/ring.c       from here on the text of that file
 *     if («vring_use_dma_api(vdev))   « the cursor
 *     bool ⟦use_dma_api⟧;             ⟦ ⟧ a place expected in the answer
 */
import { type Inventory, takeInventory } from '../../../server/src/analysis/index.js';
import type { Index } from '../../../server/src/navigate/index.js';
import type { Program } from '../../../server/src/program/index.js';
import type { Span } from '../../../server/src/text/span.js';
import { programOf } from '../program/support.js';

export interface Marked extends Index {
  readonly inventory: Inventory;
  readonly texts: Readonly<Record<string, string>>;
  readonly cursor: { readonly file: string; readonly offset: number };
  /** `file:line:column text`, sorted. */
  readonly expected: readonly string[];
}

export function marked(source: string): Marked {
  const texts: Record<string, string> = {};
  const marks: { file: string; start: number; end: number }[] = [];
  let cursor = { file: '', offset: 0 };
  for (const part of source.split(/^\s*\/\/- /m).slice(1)) {
    const file = part.slice(0, part.indexOf('\n')).trim();
    let text = '';
    let open = -1;
    for (const char of part.slice(part.indexOf('\n') + 1)) {
      if (char === '«') cursor = { file, offset: text.length };
      else if (char === '⟦') open = text.length;
      else if (char === '⟧') marks.push({ file, start: open, end: text.length });
      else text += char;
    }
    texts[file] = text;
  }
  const program = programOf(texts);
  const inventory = takeInventory(program, { isWanted: () => true });
  const expected = marks.map((one) => told(program, one)).sort();
  return { program, inventory, resolver: inventory.resolver, texts, cursor, expected };
}

export function told(program: Program, place: { readonly file: string } & Span): string {
  const { line, column } = program.positionOf(place.file, place.start);
  return `${place.file}:${line}:${column} ${program.textOf(place.file, place)}`;
}
