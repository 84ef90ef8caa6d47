/** The settings in the extension's manifest, made of the definition that the server checks them by. */
import { z } from 'zod';
import { settingsSchema } from '../../server/src/lsp/settings.js';
import { rules } from '../../server/src/rules/index.js';
import { readTracked } from '../support/tracked-files.js';

interface Property {
  readonly [key: string]: unknown;
}

export function manifestWithSettings(): string {
  const manifest = JSON.parse(readTracked('package.json'));
  manifest.contributes.configuration = { title: 'vringside', properties: settingProperties() };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** In the order of the definition, which is the one the settings editor shows. */
export function settingProperties(): Readonly<Record<string, Property>> {
  const schema = z.toJSONSchema(settingsSchema, { io: 'input' });
  const own = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const { description, ...rest } = property as Property;
    const more = name === 'rules' ? ruleProperties(rest) : rest;
    return [
      `vringside.${name}`,
      { order: 0, ...more, markdownDescription: description, scope: 'window' },
    ] as const;
  });
  const ordered = own.map(([name, property], order) => [name, { ...property, order }] as const);
  return { ...Object.fromEntries(ordered), ...traceSetting(ordered.length) };
}

/** Each rule by name, so that the settings editor shows a table of them, and completes their ids. */
function ruleProperties(schema: Property): Property {
  const { additionalProperties, propertyNames: _, ...rest } = schema;
  const level = additionalProperties as Property;
  return {
    ...rest,
    properties: Object.fromEntries(
      rules.map(({ id, summary, level: usual }) => [id, { ...level, description: `${summary} (${usual})` }]),
    ),
    additionalProperties: false,
  };
}

/** Of the client alone: what goes over the wire, in the log. */
function traceSetting(order: number): Readonly<Record<string, Property>> {
  return {
    'vringside.trace.server': {
      order,
      type: 'string',
      enum: ['off', 'messages', 'verbose'],
      default: 'off',
      markdownDescription: 'What editor and server say to each other, in the log.',
      scope: 'window',
    },
  };
}
