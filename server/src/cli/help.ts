/** Help texts, from the same table the parser uses. */
import type { Style } from '../report/style.js';
import { type CommandSpec, commands, type OptionSpec, optionOf } from './options.js';

export function overview(style: Style): string {
  return [
    'vringside finds every place where memory reaches a virtio device, or a feature bit decides how, and says when.',
    '',
    ...commandRows(commands, style),
    '',
    'vringside COMMAND --help shows the options of a command; vringside --version the version.',
    'Exit status: 0 nothing at or above --fail-on; 1 something; 2 wrong usage; 3 an input could not be read or analysed.',
    '',
  ].join('\n');
}

/** What stands behind a word that needs a second one: `vringside model`. */
export function familyHelp(name: string, family: readonly CommandSpec[], style: Style): string {
  return [
    `${style.bold(`vringside ${name}`)} takes one of these:`,
    '',
    ...commandRows(family, style),
    '',
    `vringside ${name} COMMAND --help shows its options.`,
    '',
  ].join('\n');
}

function commandRows(rows: readonly CommandSpec[], style: Style): string[] {
  const names = Math.max(...rows.map(({ name }) => `vringside ${name}`.length));
  const operands = Math.max(...rows.map((row) => row.operands.length));
  return rows.map(
    (c) =>
      `  ${style.bold(`vringside ${c.name}`.padEnd(names))}  ${c.operands.padEnd(operands)}  ${c.summary}`,
  );
}

export function commandHelp(command: CommandSpec, style: Style): string {
  return [
    [style.bold(`vringside ${command.name}`), command.operands, '[options]']
      .filter((part) => part !== '')
      .join(' '),
    '',
    ...command.details,
    '',
    ...command.options.map((name) => {
      const spec = optionOf(command, name);
      return `  ${optionLabel(name, spec).padEnd(30)} ${spec.help}`;
    }),
    '',
    ...command.examples.map((example) => `  ${style.dim(example)}`),
    '',
  ].join('\n');
}

export function optionLabel(name: string, spec: OptionSpec): string {
  const short = spec.short === undefined ? '    ' : `-${spec.short}, `;
  return `${short}--${name}${spec.value === null ? '' : ` ${spec.value}`}`;
}
