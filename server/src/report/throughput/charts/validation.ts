/** `model validate` drawn: predicted over measured, a picture a unit, a shape a group. */
import { type DotChart, drawDotChart, drawMultiples, svgOf } from '../../charts/index.js';
import type { ValidationReport } from '../types.js';
import { significant } from '../units.js';

/** A group whose figures a table shows better: counts, which have to be exact. */
const EXACT_UNIT = 'count';

export function validationToSvg(report: ValidationReport, columns = 1): string {
  const panels = validationCharts(report).map((chart) => drawDotChart(chart));
  return svgOf(
    drawMultiples(`Predicted over measured, cost parameters ${report.parameters}`, panels, columns),
  );
}

export function validationCharts({ groups }: ValidationReport): readonly DotChart[] {
  const seen = new Set<string>();
  // A row that serves several targets is one dot, with those of the first: another on top of it would hide it.
  const rows = groups.flatMap((group) =>
    group.rows
      .filter((row) => !seen.has(`${row.unit} ${row.id}`) && seen.add(`${row.unit} ${row.id}`))
      .map((row) => ({ group, row })),
  );
  const units = [...new Set(rows.map(({ row }) => row.unit))].filter((unit) => unit !== EXACT_UNIT);
  return units.map((unit) => ({
    title: `Predicted over measured: ${unit}`,
    unit,
    format: (value: number) => significant(value, 2),
    dots: rows
      .filter(({ row }) => row.unit === unit)
      .map(({ group, row }) => ({
        group: `${group.id} ${group.what}`,
        label: `${row.id} ${row.what}`,
        measured: row.measured,
        low: row.predicted.low,
        mid: row.predicted.mid,
        high: row.predicted.high,
        isCalibration: row.use === 'calibrate',
      })),
    notes: [],
  }));
}
