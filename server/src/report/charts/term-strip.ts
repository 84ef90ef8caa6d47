/** A strip below the plot that says what makes the value what it is, from where to where; and a diamond where that changes. */
import type { CurvePoint, Series } from './chart.js';
import type { Box, Part } from './frame.js';
import { fontSize, textWidth } from './labels.js';
import { marker, seriesClass } from './look.js';
import type { Scale } from './scale.js';
import { element, textAt } from './svg.js';

const STRIP_HEIGHT = 17;

interface Run {
  readonly term: string;
  readonly from: number;
  readonly to: number;
}

export interface Strips extends Part {
  /** What the numbers in the strip stand for, where a term had no room. */
  readonly keys: readonly string[];
}

export function hasTerms({ points }: Series): boolean {
  return points.some(({ term }) => term !== undefined);
}

/** A strip a series that has terms. */
export function stripsPart(series: readonly Series[], label: string, x: Scale, box: Box): Strips {
  const keys: string[] = [];
  const told = series.flatMap((one, index) => (hasTerms(one) ? [{ one, index }] : []));
  const rows = told.map(({ one, index }, row) => {
    const top = box.bottom + 3 + STRIP_HEIGHT * row;
    const lead =
      series.length === 1
        ? textAt(box.left - 6, top + 12, label, { class: 'vc-faint vc-small', anchor: 'end' })
        : element('g', { class: seriesClass(index) }, marker(index, box.left - 10, top + 8, 3.5));
    return (
      lead +
      runsOf(one.points, x, box)
        .map((run, i) => runPart(run, i, top, keys))
        .join('')
    );
  });
  return {
    body: rows.join(''),
    height: told.length === 0 ? 0 : 4 + STRIP_HEIGHT * told.length,
    keys: keys.map((term, i) => `${i + 1} ${term}`),
  };
}

function runPart({ term, from, to }: Run, index: number, top: number, keys: string[]): string {
  const shown = wordsFor(term, to - from - 4, keys);
  const rect = element('rect', {
    x: from,
    y: top,
    width: Math.max(1, to - from - 1),
    height: STRIP_HEIGHT - 2,
    class: index % 2 === 0 ? 'vc-zone' : 'vc-zone vc-half',
  });
  return rect + textAt((from + to) / 2, top + 11.5, shown, { class: 'vc-text vc-small', anchor: 'middle' });
}

/** The term, or its number among the keys where that fits, or nothing: the chart's description has it still. */
function wordsFor(term: string, room: number, keys: string[]): string {
  if (textWidth(term, fontSize.small) <= room) return term;
  const known = keys.indexOf(term);
  const number = String((known < 0 ? keys.length : known) + 1);
  if (textWidth(number, fontSize.small) > room) return '';
  if (known < 0) keys.push(term);
  return number;
}

/** Neighbouring points of one term; between two terms the border stands half way. */
function runsOf(points: readonly CurvePoint[], x: Scale, box: Box): readonly Run[] {
  const runs: { term: string; from: number; to: number }[] = [];
  for (const [i, point] of points.entries()) {
    const term = point.term ?? 'not known';
    const before = points[i - 1];
    const here = x.at(point.x);
    const border = before === undefined ? box.left : (x.at(before.x) + here) / 2;
    const last = runs.at(-1);
    if (last !== undefined && last.term === term) continue;
    if (last !== undefined) last.to = border;
    runs.push({ term, from: border, to: box.right });
  }
  return runs;
}

/** On the curve, half way between the points whose terms differ. */
export function changeMarks(points: readonly CurvePoint[], x: Scale, y: Scale): string {
  return points
    .flatMap((point, i) => {
      const before = points[i - 1];
      if (before === undefined || before.term === point.term) return [];
      const at = (x.at(before.x) + x.at(point.x)) / 2;
      return [marker(3, at, (y.at(before.mid) + y.at(point.mid)) / 2, 4.5, false)];
    })
    .join('');
}
