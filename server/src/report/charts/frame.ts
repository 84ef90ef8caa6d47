/** What stands around the data: title, legend, axes, notes. Each part says how much height it took. */
import type { Axis, Drawing, SvgOptions } from './chart.js';
import { fontSize, textWidth, wrapText } from './labels.js';
import { chartStyle, dashOf, marker, seriesClass } from './look.js';
import type { Scale } from './scale.js';
import { coordinate, element, escapeXml, linePath, textAt } from './svg.js';

export const PAD = 10;

export interface Part {
  readonly body: string;
  readonly height: number;
}

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

// ---- text above and below

export function titlePart(title: string, width: number): Part {
  const lines = wrapText(title, width - 2 * PAD, fontSize.title, true);
  const body = lines.map((line, i) => textAt(PAD, PAD + 13 + 18 * i, line, { class: 'vc-title' }));
  return { body: body.join(''), height: PAD + 18 * lines.length + 4 };
}

export function notesPart(notes: readonly string[], top: number, width: number): Part {
  const lines = notes.flatMap((note) => wrapText(note, width - 2 * PAD, fontSize.faint));
  const body = lines.map((line, i) => textAt(PAD, top + 12 + 15 * i, line, { class: 'vc-faint' }));
  return { body: body.join(''), height: lines.length === 0 ? 0 : 15 * lines.length + 2 };
}

export interface LegendEntry {
  readonly label: string;
  /** Drawn in a place 22 wide, around the given height. */
  readonly glyph: (x: number, y: number) => string;
}

const GLYPH = 22;
const LEGEND_ROW = 17;

/** As many entries a row as fit; one that is wider than a row goes on below itself. */
export function legendPart(entries: readonly LegendEntry[], top: number, width: number): Part {
  const room = width - 2 * PAD - GLYPH - 6;
  let x = PAD;
  let row = 0;
  const drawn = entries.map(({ label, glyph }) => {
    const lines = wrapText(label, room, fontSize.text);
    const needed = GLYPH + 6 + Math.max(...lines.map((line) => textWidth(line, fontSize.text)));
    if (x > PAD && (lines.length > 1 || x + needed > width - PAD)) {
      x = PAD;
      row += 1;
    }
    const y = top + 10 + LEGEND_ROW * row;
    const words = lines.map((line, i) =>
      textAt(x + GLYPH + 6, y + 4 + LEGEND_ROW * i, line, { class: 'vc-text' }),
    );
    const body = glyph(x, y) + words.join('');
    row += lines.length - 1;
    x += needed + 14;
    return body;
  });
  return { body: drawn.join(''), height: entries.length === 0 ? 0 : LEGEND_ROW * (row + 1) + 4 };
}

/** A piece of a series' line with its shape. */
export function lineGlyph(index: number): LegendEntry['glyph'] {
  return (x, y) =>
    element(
      'g',
      { class: seriesClass(index) },
      element('path', {
        d: linePath([
          { x, y },
          { x: x + GLYPH, y },
        ]),
        class: 'vc-line',
        'stroke-dasharray': dashOf(index),
      }),
      marker(index, x + GLYPH / 2, y, 3.5),
    );
}

export function dotGlyph(index: number, isFull: boolean): LegendEntry['glyph'] {
  return (x, y) => element('g', { class: seriesClass(index) }, marker(index, x + GLYPH / 2, y, 4.5, isFull));
}

// ---- axes

const TICK_TEXT = fontSize.faint;

/** Room at the left for what the ticks say. */
export function tickMargin(scale: Scale, format: Axis['format']): number {
  return PAD + 6 + Math.max(0, ...scale.ticks.map((tick) => textWidth(format(tick), TICK_TEXT)));
}

/** Horizontal lines across the plot; what they stand for at their left. */
export function yAxisPart(scale: Scale, { format }: Axis, box: Box): string {
  return scale.ticks
    .map((tick) => {
      const y = scale.at(tick);
      const line = element('path', { d: `M${box.left} ${coordinate(y)}H${box.right}`, class: 'vc-grid' });
      return line + textAt(box.left - 6, y + 4, format(tick), { class: 'vc-faint', anchor: 'end' });
    })
    .join('');
}

/** Small strokes below the plot, and what they stand for, as many as do not touch, none beyond the picture. */
export function xAxisPart(scale: Scale, { format, label }: Axis, box: Box, place: AxisPlace): Part {
  const { top, width } = place;
  const names = scale.ticks.map((tick): TickName => {
    const text = format(tick);
    const half = textWidth(text, TICK_TEXT) / 2;
    return { text, half, at: Math.min(scale.at(tick), width - 3 - half) };
  });
  const strokes = scale.ticks.map((tick) =>
    element('path', { d: `M${coordinate(scale.at(tick))} ${coordinate(top)}v4`, class: 'vc-axis' }),
  );
  const words = apart(names).map(({ text, at }) =>
    textAt(at, top + 16, text, { class: 'vc-faint', anchor: 'middle' }),
  );
  const middle = (box.left + box.right) / 2;
  const name = textAt(middle, top + 32, label, { class: 'vc-faint', anchor: 'middle' });
  return { body: [...strokes, ...words, name].join(''), height: 38 };
}

export interface AxisPlace {
  readonly top: number;
  /** Of the picture. */
  readonly width: number;
}

interface TickName {
  readonly text: string;
  readonly half: number;
  readonly at: number;
}

/** Every name, or every second, third and so on, so that no two touch. */
function apart(names: readonly TickName[]): readonly TickName[] {
  for (let stride = 1; stride < names.length; stride++) {
    const chosen = names.filter((_, i) => i % stride === 0);
    const isClear = chosen.every((name, i) => {
      const next = chosen[i + 1];
      return next === undefined || next.at - next.half - (name.at + name.half) >= 6;
    });
    if (isClear) return chosen;
  }
  return names.slice(0, 1);
}

// ---- the element

/** A drawing as an `<svg>` element: fit for a file of its own, and for the middle of a page. */
export function svgOf(drawing: Drawing, { id, style = 'embedded' }: SvgOptions = {}): string {
  const name = id ?? slug(drawing.title);
  const { width, height } = drawing;
  return `${element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      class: 'vc',
      viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`,
      width: Math.ceil(width),
      height: Math.ceil(height),
      role: 'img',
      'aria-labelledby': `${name}-title ${name}-desc`,
    },
    element('title', { id: `${name}-title` }, escapeXml(drawing.title)),
    element('desc', { id: `${name}-desc` }, escapeXml(drawing.description)),
    ...(style === 'embedded' ? [element('style', {}, `\n${chartStyle}`)] : []),
    element('rect', { class: 'vc-page', width: Math.ceil(width), height: Math.ceil(height) }),
    drawing.body,
  )}\n`;
}

export function slug(text: string): string {
  const word = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return `vc-${word}`;
}
