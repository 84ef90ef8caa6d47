/** What a picture or a closing line could make look better than it is. */
import { expect, it } from 'vitest';
import { wrapText } from '../../../../server/src/report/charts/labels.js';
import { plainStyle } from '../../../../server/src/report/style.js';
import { validationCharts } from '../../../../server/src/report/throughput/charts/validation.js';
import { validationPage, validationToText } from '../../../../server/src/report/throughput/index.js';
import type { ValidationReport } from '../../../../server/src/report/throughput/types.js';
import { validation } from './example.js';

const [first] = validation.groups.filter(({ rows }) => rows.length > 0);
if (first === undefined) throw new Error('the example has no rows');

it('a row that serves two targets is one dot, with those of the first', () => {
  const twice: ValidationReport = { ...validation, groups: [first, { ...first, id: 'T99' }] };
  const dots = validationCharts(twice).flatMap((chart) => chart.dots);
  expect(dots.map(({ group }) => group.split(' ')[0])).toEqual(first.rows.map(() => first.id));
});

it('a target met by the rows it was fitted to is no target met like others', () => {
  const rows = first.rows.map((row) => ({ ...row, use: 'calibrate' as const }));
  const fitted = {
    ...first,
    id: 'T98',
    verdict: 'met' as const,
    rows,
    figures: { ...first.figures, rows: rows.length },
  };
  const report: ValidationReport = { ...validation, groups: [fitted] };
  const text = validationToText(report, { style: plainStyle, rows: 'none' });
  expect(text).toMatch(/1 target met \(T98 by the rows fitted to\); 0 of 0 held-out rows/);
  expect(text).toContain('all used for calibration');
  expect(text).not.toMatch(/more used for calibration/);
  expect(validationPage(report, 'v').markdown).toMatch(/\| T98 \|.*\| met, by the rows it was fitted to \|/);
  expect(validationPage(validation, 'v').markdown).not.toContain('fitted');
});

it('no line of a picture ends within a number, or before its unit', () => {
  const lines = (width: number): string[] => wrapText('16 each: 4 352 slots, 8.50 MiB of 26.6 %', width, 12);
  for (let width = 10; width < 300; width += 7) {
    for (const line of lines(width)) expect(line).not.toMatch(/^(352|MiB|%)/);
    expect(lines(width).join(' ')).toBe('16 each: 4 352 slots, 8.50 MiB of 26.6 %');
  }
  expect(lines(10)).toContain('4 352');
});
