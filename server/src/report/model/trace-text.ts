/** `model trace` for people: numbered steps by phase, what the device saw beside what was written, and the verdict. */
import type { Event } from '../../model/index.js';
import { count, displayWidth, padEnd, printable, type Style, wrap } from '../style.js';
import { addressText } from './bytes.js';
import { meaningOf, paintOf, wordOf } from './outcome-words.js';
import { phasesOf, type Repeated, type Step, type TracedRun, withoutRepeats } from './phases.js';
import { scenarioLines } from './scenario-words.js';
import { bytePairs, detailOf, isAmiss, phaseTitle, repeatNote } from './step-words.js';
import { countsLine, whyOf } from './why.js';

/** Columns of number, actor, what, address and bytes. */
const NUMBER = 4;
const ACTOR = 8;
const WHAT = 25;
const ADDRESS = 12;
const BYTES = 9;
/** Under the words of a step. */
const MARGIN = ' '.repeat(NUMBER + 2 + ACTOR + 2);

export function traceToText(run: TracedRun, style: Style): string {
  const phases = withoutRepeats(phasesOf(run.events));
  const blocks = [heading(run, style), ...phases.map((phase) => phaseBlock(phase, style)), end(run, style)];
  return `${blocks.join('\n\n')}\n`;
}

function heading(run: TracedRun, style: Style): string {
  return scenarioLines(run)
    .flatMap(([label, text]) =>
      wrap(printable(text), style.width - 10).map(
        (line, i) => style.dim((i === 0 ? label : '').padEnd(10)) + line,
      ),
    )
    .join('\n');
}

function phaseBlock(repeated: Repeated, style: Style): string {
  const { phase } = repeated;
  const note = repeatNote(repeated);
  return [
    style.bold(phaseTitle(phase)),
    ...phase.steps.flatMap((step) => stepLines(step, style)),
    ...(note === '' ? [] : [MARGIN + style.dim(note)]),
  ].join('\n');
}

function stepLines(step: Step, style: Style): string[] {
  const { event } = step;
  const head = [
    style.dim(String(step.number).padStart(NUMBER)),
    padEnd(actor(event, style), ACTOR),
    padEnd(event.what, WHAT),
    ...place(event),
  ].join('  ');
  const words = printable(detailOf(event));
  const paint = isAmiss(event) ? style.red : style.dim;
  const room = style.width - displayWidth(head) - 2;
  const bytes = bytePairs(step).map(
    ([label, text]) => `${MARGIN}${style.dim(label.padEnd(13))} ${isAmiss(event) ? style.red(text) : text}`,
  );
  if (displayWidth(words) <= room) return [`${head}  ${paint(words)}`.trimEnd(), ...bytes];
  const below = wrap(words, style.width - MARGIN.length).map((line) => MARGIN + paint(line));
  return [head.trimEnd(), ...below, ...bytes];
}

function actor({ actor: name }: Event, style: Style): string {
  return name === 'device' ? style.bold(name) : name === 'platform' ? style.magenta(name) : name;
}

/** Address and size, or nothing where a step has neither. */
function place({ address, bytes }: Event): string[] {
  if (address < 0 && bytes < 0) return [];
  const size = bytes < 0 ? '' : String(bytes);
  return [padEnd(address < 0 ? '' : addressText(address), ADDRESS), size.padStart(BYTES)];
}

function end({ result, platform, events }: TracedRun, style: Style): string {
  const paint = paintOf(result.outcome, style);
  const why = whyOf(result, platform);
  const indent = ' '.repeat(NUMBER + 2);
  const lines = [
    `${style.bold(paint(wordOf(result)))}: ${meaningOf(result.outcome)}`,
    why,
    `ring ${result.ring}, payload ${result.payload}, after ${count(events.length, 'step')}`,
    ...(result.deviceRead === null ? [] : [countsLine(result)]),
    ...result.notes.filter((note) => note !== why),
  ];
  return [
    style.bold('end'),
    ...lines.flatMap((line) => wrap(line, style.width - indent.length)).map((line) => indent + line),
  ].join('\n');
}
