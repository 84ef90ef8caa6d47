/** Processor time that a protected guest needs more for a request, beside what bouncing is said to cost. */
import { bounceCost, type CostParameters, times } from '../model/cost/index.js';
import type { Predicted } from './predicted.js';
import { diskMappings, platformIn } from './published.js';
import { positiveIn, readTable, TableError } from './table.js';

export const processorTimeColumns = ['id', 'platform', 'device', 'block_bytes', 'op', 'added_us'] as const;

export function predictProcessorTime(
  text: string,
  file: string,
  parameters: CostParameters,
): readonly Predicted[] {
  const table = readTable(text, file, processorTimeColumns);
  return table.rows.map((row): Predicted => {
    const platform = platformIn(row.cell('platform'));
    if (platform === null)
      throw new TableError(`${file}:${row.line}: no platform is known by "${row.cell('platform')}"`);
    const mappings = diskMappings(positiveIn(table, row, 'block_bytes'), row.cell('op') === 'read');
    const cost = bounceCost(mappings, parameters.machine, parameters.platforms[platform]);
    return {
      id: row.cell('id'),
      kind: 'cpu',
      what: `${row.cell('platform')}, ${row.cell('device')}, ${row.cell('block_bytes')} B ${row.cell('op')}: processor time added`,
      measured: positiveIn(table, row, 'added_us'),
      predicted: times(1e-3, cost.totalNs),
      unit: 'us',
      use: 'validate',
      confidence: 'medium',
    };
  });
}
