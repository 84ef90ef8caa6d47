/** Help texts, from the same table the parser uses. */
import type { Style } from '../report/style.js';
import { type CommandSpec, commands, type OptionSpec, options } from './options.js';

export function overview(style: Style): string {
  const rows = commands.map(
    (c) => `  ${style.bold(`vringside ${c.name}`.padEnd(20))} ${c.operands.padEnd(26)} ${c.summary}`,
  );
  return [
    'vringside finds every place where memory reaches a virtio device, or a feature bit decides how, and says when.',
    '',
    ...rows,
    '',
    'vringside COMMAND --help shows the options of a command; vringside --version the version.',
    'Exit status: 0 nothing at or above --fail-on; 1 something; 2 wrong usage; 3 an input could not be read or analysed.',
    '',
  ].join('\n');
}

export function commandHelp(command: CommandSpec, style: Style): string {
  return [
    `${style.bold(`vringside ${command.name}`)} ${command.operands} [options]`,
    '',
    ...command.details,
    '',
    ...command.options.map(
      (name) => `  ${optionLabel(name, options[name]).padEnd(30)} ${options[name].help}`,
    ),
    '',
    ...command.examples.map((example) => `  ${style.dim(example)}`),
    '',
  ].join('\n');
}

export function optionLabel(name: string, spec: OptionSpec): string {
  const short = spec.short === undefined ? '    ' : `-${spec.short}, `;
  return `${short}--${name}${spec.value === null ? '' : ` ${spec.value}`}`;
}
