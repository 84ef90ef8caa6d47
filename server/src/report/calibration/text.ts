/** `model calibrate` for people: the machine, a table of its figures beside the built-in ones, and what to make of it. */
import { type ComparedFigure, compareFigures, type Profile } from '../../calibrate/index.js';
import { costParameters, type Parameter } from '../../model/cost/index.js';
import { harmless, type Style, wrap } from '../style.js';
import { type Column, layoutFor, tableLines } from '../throughput/text/columns.js';
import { joined, significant } from '../throughput/units.js';

export interface CalibrationTextOptions {
  readonly file: string;
  readonly style: Style;
  /** No explanation below the table. */
  readonly isQuiet: boolean;
}

const columns: readonly Column[] = [
  { heading: '', align: 'left' },
  { heading: 'unit', align: 'left' },
  { heading: 'this machine', align: 'right' },
  { heading: 'its runs', align: 'right' },
  { heading: 'built in', align: 'right' },
  { heading: '', align: 'left' },
];

export function calibrationToText(
  profile: Profile,
  { file, style, isQuiet }: CalibrationTextOptions,
): string {
  const compared = compareFigures(profile, costParameters);
  const rows = compared.filter(({ figure }) => figure !== null).map((row) => cellsOf(row, style));
  const parts = [
    headLines(profile, style),
    rows.length === 0
      ? ['No figure could be measured.']
      : tableLines(columns, rows, layoutFor(columns, rows, style), style),
    leftOutLines(compared, style),
    isQuiet ? [] : notes(profile, compared).flatMap((note) => wrap(note, style.width)),
    [`Kept in ${harmless(file)}`],
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function headLines({ machine, compiler, withoutCompiler }: Profile, style: Style): string[] {
  const processors = machine.processors === 1 ? '1 processor' : `${machine.processors} processors`;
  const how =
    compiler === null
      ? `measured in JavaScript: ${withoutCompiler ?? ''}`
      : `measured by a program built with ${compiler}`;
  return [
    style.bold(harmless(machine.cpu)),
    ...wrap(`${processors}, ${machine.architecture}, ${machine.system}`, style.width).map(harmless),
    ...wrap(how, style.width).map(harmless),
  ];
}

function cellsOf({ title, figure, builtin, place }: ComparedFigure, style: Style): string[] {
  if (figure === null) return [title];
  const { low, high } = figure;
  return [
    title,
    style.dim(figure.unit),
    style.bold(significant(figure.median)),
    style.dim(`${significant(low)}-${significant(high)}`),
    builtin === null ? style.dim('-') : intervalText(builtin),
    placeText(place, style),
  ];
}

function intervalText({ low, mid, high }: Parameter): string {
  return joined({ low: significant(low), mid: significant(mid), high: significant(high), unit: '' });
}

function placeText(place: ComparedFigure['place'], style: Style): string {
  switch (place) {
    case 'below':
      return style.cyan('below the range');
    case 'above':
      return style.yellow('above the range');
    case 'inside':
    case null:
      return '';
    default:
      return place satisfies never;
  }
}

/** One reason, and the figures it left out. */
function leftOutLines(compared: readonly ComparedFigure[], style: Style): string[] {
  const byReason = new Map<string, string[]>();
  for (const { title, figure, reason } of compared) {
    if (figure === null)
      byReason.set(reason ?? 'not measured', [...(byReason.get(reason ?? 'not measured') ?? []), title]);
  }
  return [...byReason].flatMap(([reason, titles]) =>
    wrap(`${style.yellow('Left out')}, ${reason}: ${titles.join('; ')}.`, style.width),
  );
}

/** A minute's average from which other programs are likely to have had a part in the figures. */
const BUSY_LOAD = 0.7;

function notes({ isQuick, machine, figures }: Profile, compared: readonly ComparedFigure[]): string[] {
  const isOutside = compared.some(({ place }) => place === 'below' || place === 'above');
  const isShared = Object.keys(figures).some((key) => key === 'lockHandOverNs' || key.startsWith('rings.'));
  return [
    'Medians; beside them the middle runs. What is not in the table stays built in: the way through the DMA API, exits and interrupts cannot be measured from user space.',
    ...(isOutside ? ['A figure outside its range is no error: the ranges are those of other machines.'] : []),
    ...(isQuick ? ['Quick: few and short runs. Calibrate without --quick for figures to rely on.'] : []),
    ...(machine.loadBefore >= BUSY_LOAD
      ? [
          `The machine was busy (load ${significant(machine.loadBefore)}): figures of two threads may be far off. Calibrate again when it is idle.`,
        ]
      : []),
    ...(machine.placement === 'one core' && isShared
      ? ['Both threads ran on one core, so what passes between them is cheaper than between cores.']
      : []),
  ];
}
