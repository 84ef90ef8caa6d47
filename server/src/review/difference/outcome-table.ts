/** What becomes of the data in each guest, before and after, as a table: one line for guests of one change. */

import type { SiteOutcome } from '../../analysis/site.js';
import { type DeviceId, deviceIds, type PlatformId, platformIds, platformOf } from '../../model/index.js';
import { paintOf, standingOf } from '../../report/model/outcome-words.js';
import { padEnd, printable, type Style, wrap } from '../../report/style.js';
import { type OutcomeChange, outcomeWord } from './difference.js';

interface Row {
  readonly platform: PlatformId;
  readonly devices: readonly DeviceId[];
  readonly before: SiteOutcome | null;
  readonly after: SiteOutcome | null;
}

export function outcomeTable(changes: readonly OutcomeChange[], style: Style): string[] {
  const rows = rowsOf(changes);
  const cells = rows.map((row) => ({
    guest: platformOf(row.platform).name,
    devices: row.devices.join(', '),
    before: outcomeWord(row.before),
    after: outcomeWord(row.after),
  }));
  const head = { guest: '', devices: 'device', before: 'before', after: 'after' };
  const width = (column: keyof typeof head): number =>
    Math.max(...[head, ...cells].map((cell) => cell[column].length));
  const line = (cell: typeof head, paint: (text: string, side: 'before' | 'after') => string): string =>
    [
      '  ',
      padEnd(cell.guest, width('guest')),
      padEnd(cell.devices, width('devices')),
      padEnd(paint(cell.before, 'before'), width('before')),
      padEnd(paint(cell.after, 'after'), width('after')),
    ].join('  ');
  return [
    style.dim(line(head, (text) => text).trimEnd()),
    ...cells.flatMap((cell, index) => {
      const row = rows[index];
      if (row === undefined) return [];
      const painted = line(cell, (text, side) => paintedBy(row[side], style)(text));
      return [
        `${painted}${breaks(row) ? `  ${style.bold('works today')}` : ''}`.trimEnd(),
        ...reasons(row, style),
      ];
    }),
  ];
}

/** Where the words are the same, what is behind them is not. */
function reasons({ before, after }: Row, style: Style): string[] {
  if (before === null || after === null || outcomeWord(before) !== outcomeWord(after)) return [];
  const told = (label: string, { why, slots }: SiteOutcome): string[] => {
    const held = before.slots === after.slots ? '' : `, in ${slots} slots`;
    const lines = wrap(printable(why + held), style.width - REASON.length - label.length);
    return lines.map((text, i) => style.dim(`${REASON}${i === 0 ? label : ' '.repeat(label.length)}${text}`));
  };
  return [...told('before: ', before), ...told('after:  ', after)];
}

const REASON = ' '.repeat(8);

/** Platforms and devices in the model's order. */
function rowsOf(changes: readonly OutcomeChange[]): Row[] {
  const rows = new Map<string, Row>();
  const place = ({ platform, device }: OutcomeChange): number =>
    platformIds.indexOf(platform) * deviceIds.length + deviceIds.indexOf(device);
  for (const change of [...changes].sort((a, b) => place(a) - place(b))) {
    const words = [outcomeWord(change.before), outcomeWord(change.after)];
    const why = words[0] === words[1] ? [change.before?.why, change.after?.why] : [];
    const key = [change.platform, ...words, ...why].join('\0');
    const known = rows.get(key);
    rows.set(key, { ...change, devices: [...(known?.devices ?? []), change.device] });
  }
  return [...rows.values()];
}

function paintedBy(outcome: SiteOutcome | null, style: Style): (text: string) => string {
  return outcome === null ? style.dim : paintOf(outcome.outcome, style);
}

/** The device worked in this guest, and does no longer. */
function breaks({ before, after }: Row): boolean {
  return works(before) && after !== null && !works(after);
}

function works(outcome: SiteOutcome | null): boolean {
  const standing = outcome === null ? null : standingOf(outcome.outcome);
  return standing === 'works' || standing === 'copies';
}
