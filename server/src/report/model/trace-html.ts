/** A traced run as a page: the verdict first, then every step, the bytes at the device under those that were written. */

import type { Event } from '../../model/index.js';
import { addressText } from './bytes.js';
import { escapeHtml, htmlPage } from './html.js';
import { meaningOf, standingOf, wordOf } from './outcome-words.js';
import { phasesOf, type Repeated, type Step, type TracedRun, withoutRepeats } from './phases.js';
import { scenarioLines } from './scenario-words.js';
import { bytePairs, detailOf, isAmiss, phaseTitle, repeatNote } from './step-words.js';
import { countsLine, whyOf } from './why.js';

export function traceToHtml(run: TracedRun): string {
  const phases = withoutRepeats(phasesOf(run.events));
  const { result, platform } = run;
  const word = `<span class="word ${standingOf(result.outcome)}">${escapeHtml(wordOf(result))}</span>`;
  const body = [
    `<h1>${word} ${escapeHtml(meaningOf(result.outcome))}</h1>`,
    `<p>${escapeHtml(whyOf(result, platform))}</p>`,
    `<dl>${scenarioLines(run).map(definition).join('\n')}${verdictLines(run).map(definition).join('\n')}</dl>`,
    ...phases.map(phaseSection),
  ].join('\n');
  return htmlPage({ title: `vringside: ${wordOf(result)} on ${platform.name}`, style: pageStyle, body });
}

function verdictLines({ result }: TracedRun): readonly (readonly [string, string])[] {
  return [
    ['ring', result.ring],
    ['payload', result.payload],
    ['counted', countsLine(result)],
    ...result.notes.map((note) => ['note', note] as const),
  ];
}

function definition([term, text]: readonly [string, string]): string {
  return `<dt>${escapeHtml(term)}</dt><dd>${escapeHtml(text)}</dd>`;
}

function phaseSection(repeated: Repeated): string {
  const { phase } = repeated;
  const note = repeatNote(repeated);
  const title = phaseTitle(phase);
  return [
    `<h2>${title}</h2>`,
    `<div class="scroll"><table class="steps" aria-label="steps of ${title}">`,
    '<thead><tr><th scope="col" class="number">step</th><th scope="col">who</th><th scope="col">what</th><th scope="col">address</th><th scope="col" class="number">bytes</th><th scope="col">detail</th></tr></thead>',
    `<tbody>${phase.steps.map(stepRow).join('\n')}</tbody></table></div>`,
    note === '' ? '' : `<p class="faint">${escapeHtml(note)}</p>`,
  ].join('\n');
}

function stepRow(step: Step): string {
  const { event, number } = step;
  const pairs = bytePairs(step).map(
    ([label, text]) => `<span class="faint">${label}</span> <span class="bytes">${text}</span>`,
  );
  const detail = [escapeHtml(detailOf(event)), ...pairs].filter((part) => part !== '').join('<br>');
  return [
    `<tr class="${event.actor}${isAmiss(event) ? ' amiss' : ''}"><td class="number">${number}</td><td>${event.actor}</td>`,
    `<td>${escapeHtml(event.what)}</td>${placed(event, detail)}</tr>`,
  ].join('');
}

/** Address, size and detail; the detail has the room of all three where there is no place to name. */
function placed({ address, bytes }: Event, detail: string): string {
  if (address < 0 && bytes < 0) return `<td colspan="3">${detail}</td>`;
  const at = `<td><code>${address < 0 ? '' : addressText(address)}</code></td>`;
  return `${at}<td class="number">${bytes < 0 ? '' : bytes}</td><td>${detail}</td>`;
}

const pageStyle = `.steps { width: 100%; }
.steps th, .steps td { border-bottom: 1px solid var(--line); padding: .15rem .6rem; }
.steps th { color: var(--faint); font-weight: 400; }
.steps .number { text-align: right; font-variant-numeric: tabular-nums; }
.steps td:nth-child(1) { width: 4rem; } .steps td:nth-child(2) { width: 6rem; } .steps td:nth-child(3) { width: 16rem; }
.steps td:nth-child(4) { width: 9rem; } .steps td:nth-child(5) { width: 7rem; }
.steps .device td:nth-child(2) { font-weight: 600; }
.steps .amiss td { color: var(--fails); background: var(--fails-bg); }
.steps .amiss .faint { color: inherit; }
.bytes { white-space: nowrap; }
`;
