/** `model list`: the names there are, and what each stands for. */
import { outcomes } from '@vringside/grammars/outcomes';
import { backends } from '../../model/cost/index.js';
import { devices, type Policy, platforms } from '../../model/index.js';
import { padEnd, type Style, wrap } from '../style.js';

interface Row {
  readonly id: string;
  readonly text: string;
  /** After the text, where there is room. */
  readonly more: string;
}

export function listToText(policies: readonly Policy[], style: Style): string {
  const sections: readonly (readonly [string, readonly Row[]])[] = [
    ['Platforms', platforms.map((p) => ({ id: p.id, text: p.name, more: `guests since ${p.since}` }))],
    ['Devices', devices.map((d) => ({ id: d.id, text: d.sentence, more: d.isReleased ? '' : 'no product' }))],
    ['Policies', [...policies.map((p) => ({ id: p.id, text: p.title, more: baseOf(p) })), ...openPolicies]],
    ['Backends', backends.map((b) => ({ id: b.id, text: b.name, more: b.evidence }))],
    ['Outcomes', outcomes.map((o) => ({ id: o.id, text: o.title, more: '' }))],
  ];
  const width = Math.max(...sections.flatMap(([, rows]) => rows.map((row) => row.id.length)));
  const blocks = sections.map(([title, rows]) =>
    [style.bold(title), ...rows.flatMap((row) => rowLines(row, width, style))].join('\n'),
  );
  return `${blocks.join('\n\n')}\n`;
}

/** Names that stand for more than one policy. */
const openPolicies: readonly Row[] = [
  { id: 'vX.Y', text: 'any other release from v3.0 on, such as v5.15', more: '' },
  { id: 'tree', text: 'the decisions of the code of the kernel tree given with --tree', more: '' },
];

/** The release whose swiotlb a proposal runs on; a release runs on its own. */
export function baseOf({ id, release }: Policy): string {
  return id === release ? '' : `based on ${release}`;
}

function rowLines({ id, text, more }: Row, width: number, style: Style): string[] {
  const hang = ' '.repeat(width + 4);
  const addition = more === '' ? '' : `  (${more})`;
  return wrap(text + addition, style.width - hang.length).map((line, i) =>
    i === 0 ? `  ${padEnd(style.cyan(id), width)}  ${line}` : hang + line,
  );
}
