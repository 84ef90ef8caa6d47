/** What the simulation of each row did, as a table: rates beside the closed form's, notifications, and how it ended. */
import { type Style, wrap } from '../../style.js';
import type { SimulatedCosts, ThroughputRow } from '../types.js';
import { joined, rateText, significant, sizeText } from '../units.js';
import { type Cells, type Column, layoutFor, tableLines } from './columns.js';

const columns: readonly Column[] = [
  { heading: 'guest', align: 'left' },
  { heading: 'request', align: 'left' },
  { heading: 'requests/s', align: 'right' },
  { heading: 'kicks', align: 'right' },
  { heading: 'interrupts', align: 'right' },
  { heading: 'put back', align: 'right' },
  { heading: 'ended', align: 'left' },
];

/** Nothing where no row was simulated. */
export function simulatedLines(rows: readonly ThroughputRow[], style: Style): readonly string[] {
  const cells = rows.flatMap((row) => (row.simulated == null ? [] : [cellsOf(row, row.simulated)]));
  if (cells.length === 0) return [];
  const note = 'kicks, interrupts and submissions put back are for one request, at the guessed costs';
  return [
    style.bold('Simulated, up to 2000 requests'),
    ...tableLines(columns, cells, layoutFor(columns, cells, style), style),
    ...wrap(note, style.width - 2).map((line) => `  ${style.dim(line)}`),
  ];
}

function cellsOf(row: ThroughputRow, simulated: SimulatedCosts): Cells {
  const each = (n: number): string => (n === 0 ? '0' : significant(n, 2));
  return [
    row.platform,
    `${sizeText(row.blockBytes)} ${row.op}`,
    joined(rateText(simulated.requestsPerSecond)),
    each(simulated.kicksPerRequest),
    each(simulated.interruptsPerRequest),
    each(simulated.requeuesPerRequest),
    endingWords(simulated),
  ];
}

function endingWords({ ending, exhausted }: SimulatedCosts): string {
  if (ending === 'steady' || ending === 'budget') return 'goes on';
  return exhausted === null
    ? ending
    : `${ending}: no ${exhausted === 'receive buffers' ? 'room for receive buffers' : exhausted}`;
}
