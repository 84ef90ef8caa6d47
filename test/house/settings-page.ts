/** docs/editors/settings.md: what any editor can set, made of the definition that the server checks settings by. */
import { z } from 'zod';
import { settingsSchema } from '../../server/src/lsp/settings.js';
import { note, table } from './generated-pages.js';

interface Property {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly items?: Property;
  readonly default?: unknown;
  readonly description?: string;
}

export function settingsDoc(): string {
  const { properties = {} } = z.toJSONSchema(settingsSchema, { io: 'input' });
  const rows = Object.entries(properties as Readonly<Record<string, Property>>).map(([name, property]) => [
    `\`vringside.${name}\``,
    valuesOf(property),
    `\`${JSON.stringify(property.default)}\``,
    property.description ?? '',
  ]);
  const settings = table(['setting', 'values', 'default', ''], rows);
  return `${[
    note,
    '# Settings',
    `They are the same in every editor. A client sends them under \`vringside\`, as \`workspace/configuration\` asks for them or with
\`workspace/didChangeConfiguration\`; what \`initializationOptions.settings\` holds is used until then. A setting that is wrong is named
in the log and has its default.`,
    settings,
  ].join('\n\n')}\n`;
}

function valuesOf({ type, enum: words, items }: Property): string {
  if (words !== undefined) return words.map((word) => `\`${word}\``).join(', ');
  if (type === 'array') return `list of ${items === undefined ? 'words' : valuesOf(items)}`;
  return type === 'boolean' ? '`true`, `false`' : type === 'object' ? 'rule: level' : 'text';
}
