/** Colours, line kinds and marks. A series has a colour, a dash and a shape: up to eight are told without colour. */
import { areaPath, element } from './svg.js';

export const SERIES_KINDS = 8;

/** Contrast with the page is above 4.5 in either scheme, so that a series' name can have its colour. */
const light = {
  page: '#ffffff',
  text: '#1d2327',
  faint: '#59636b',
  grid: '#dfe3e7',
  zone: '#eef1f4',
  alarm: '#a3121b',
  series: ['#0b57a4', '#a84a00', '#00695c', '#7b2d8e', '#b3202c', '#5f6300', '#455a64', '#ad1a6b'],
} as const;

const dark = {
  page: '#15191c',
  text: '#e4e8eb',
  faint: '#a2adb5',
  grid: '#333b41',
  zone: '#232a2f',
  alarm: '#ffaaaa',
  series: ['#7dbaf5', '#f2b06b', '#6fd3c3', '#d9a5ee', '#ff9d9d', '#d0d56a', '#b0bec5', '#f79acb'],
} as const;

type Scheme = typeof light | typeof dark;

/** A page around the chart may set its own page, text and faint colours; an editor's come first. */
function variables(scheme: Scheme): string {
  return [
    `--vc-page:var(--vscode-editor-background,var(--page,${scheme.page}))`,
    `--vc-text:var(--vscode-editor-foreground,var(--text,${scheme.text}))`,
    `--vc-faint:var(--vscode-descriptionForeground,var(--faint,${scheme.faint}))`,
    `--vc-grid:${scheme.grid}`,
    `--vc-zone:${scheme.zone}`,
    `--vc-alarm:${scheme.alarm}`,
    ...scheme.series.map((colour, i) => `--vc-${i + 1}:${colour}`),
  ].join(';');
}

/** With the light colour for programs that draw SVG but know no variables. */
function coloured(property: 'fill' | 'stroke', name: string, fallback: string): string {
  return `${property}:${fallback};${property}:var(--vc-${name})`;
}

const seriesRules = light.series.flatMap((colour, i) => [
  `.vc-s${i + 1} .vc-line,.vc-s${i + 1} .vc-hollow{${coloured('stroke', String(i + 1), colour)}}`,
  `.vc-s${i + 1} .vc-band,.vc-s${i + 1} .vc-full,.vc-s${i + 1} .vc-name{${coloured('fill', String(i + 1), colour)}}`,
]);

/** For the one `<style>` element: no attribute of a chart holds a style, so a strict content policy lets it be. */
export const chartStyle: string = [
  '.vc{max-width:100%;height:auto;color:#1d2327;color:var(--vc-text);font-family:system-ui,"Segoe UI","DejaVu Sans",sans-serif;font-size:12px}',
  `.vc{${variables(light)}}`,
  `@media (prefers-color-scheme:dark){.vc{${variables(dark)}}}`,
  `.vscode-light .vc{${variables(light)}}`,
  `.vscode-dark .vc,.vscode-high-contrast:not(.vscode-high-contrast-light) .vc{${variables(dark)}}`,
  '.vc text{fill:currentColor}',
  `.vc-page{${coloured('fill', 'page', light.page)}}`,
  '.vc-title{font-size:14px;font-weight:600}',
  `.vc .vc-faint{${coloured('fill', 'faint', light.faint)};font-size:11px}`,
  '.vc .vc-small{font-size:10.5px}',
  `.vc-grid{${coloured('stroke', 'grid', light.grid)};fill:none}`,
  `.vc-axis{${coloured('stroke', 'faint', light.faint)};fill:none}`,
  `.vc-rule{${coloured('stroke', 'faint', light.faint)};stroke-dasharray:4 3;fill:none}`,
  `.vc-zone{${coloured('fill', 'zone', light.zone)}}`,
  `.vc-limit{${coloured('stroke', 'text', light.text)};stroke-width:2;fill:none}`,
  `.vc .vc-alarm{${coloured('fill', 'alarm', light.alarm)};font-weight:600}`,
  `.vc-alarm-line{${coloured('stroke', 'alarm', light.alarm)};stroke-width:2;fill:none}`,
  '.vc-line{fill:none;stroke-width:2;stroke-linejoin:round}',
  '.vc-band{opacity:.17}',
  '.vc-pale{opacity:.25}',
  '.vc-half{opacity:.6}',
  '.vc-lead{fill:none;stroke:currentColor;stroke-opacity:.35}',
  `.vc-part{${coloured('stroke', 'page', light.page)}}`,
  `.vc-halo{paint-order:stroke;${coloured('stroke', 'page', light.page)};stroke-width:3;stroke-linejoin:round}`,
  '.vc-bar{opacity:.45;stroke-width:1.5}',
  `.vc-hollow{${coloured('fill', 'page', light.page)};stroke-width:1.5}`,
  '.vc .vc-name{font-weight:600}',
  ...seriesRules,
]
  .map((rule) => `${rule}\n`)
  .join('');

/** From the ninth series on shapes come again, each with another colour than before. */
export function seriesClass(index: number): string {
  const shift = 3 * Math.floor(index / SERIES_KINDS);
  return `vc-s${((index + shift) % SERIES_KINDS) + 1}`;
}

/** SVG dash patterns; undefined is an unbroken line. */
const dashes: readonly (string | undefined)[] = [
  undefined,
  '7 3',
  '2 3',
  '9 3 2 3',
  '12 4',
  '4 2',
  '1 2',
  '8 2 1 2 1 2',
];

export function dashOf(index: number): string | undefined {
  return dashes[index % SERIES_KINDS];
}

/** Corners of a shape around (0, 0), within a circle of radius 1; null: the circle itself. */
const shapes: readonly (readonly (readonly [number, number])[] | null)[] = [
  null,
  [
    [-0.8, -0.8],
    [0.8, -0.8],
    [0.8, 0.8],
    [-0.8, 0.8],
  ],
  [
    [0, -1.1],
    [1, 0.8],
    [-1, 0.8],
  ],
  [
    [0, -1.2],
    [1.2, 0],
    [0, 1.2],
    [-1.2, 0],
  ],
  [
    [0, 1.1],
    [1, -0.8],
    [-1, -0.8],
  ],
  [
    [-0.35, -1.1],
    [0.35, -1.1],
    [0.35, -0.35],
    [1.1, -0.35],
    [1.1, 0.35],
    [0.35, 0.35],
    [0.35, 1.1],
    [-0.35, 1.1],
    [-0.35, 0.35],
    [-1.1, 0.35],
    [-1.1, -0.35],
    [-0.35, -0.35],
  ],
  [
    [-1.1, 0],
    [-0.55, -0.95],
    [0.55, -0.95],
    [1.1, 0],
    [0.55, 0.95],
    [-0.55, 0.95],
  ],
  [
    [-1, -1.1],
    [0.9, 0],
    [-1, 1.1],
  ],
];

/** The shape of a series, at a place; its colour comes from the class of the group it stands in. */
export function marker(index: number, x: number, y: number, radius: number, isFull = true): string {
  const name = isFull ? 'vc-full' : 'vc-hollow';
  const corners = shapes[index % SERIES_KINDS] ?? null;
  if (corners === null) return element('circle', { cx: x, cy: y, r: radius, class: name });
  const points = corners.map(([dx, dy]) => ({ x: x + dx * radius, y: y + dy * radius }));
  return element('path', { d: areaPath(points), class: name });
}
