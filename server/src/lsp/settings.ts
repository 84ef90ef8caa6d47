/**
 * The settings under `vringside.`: one definition that checks what a client sends, gives the defaults, and is what the
 * extension's manifest and docs/editors/settings.md are made from.
 */
import { z } from 'zod';
import { type DeviceId, deviceIds, type PlatformId, platformIds } from '../model/index.js';
import { ruleInfos } from '../rules/index.js';

const level = z.enum(['off', 'note', 'warning', 'error']);

export const settingsSchema = z.object({
  codeLens: z
    .enum(['off', 'decisions', 'all'])
    .default('all')
    .describe(
      'A line above functions with what becomes of the data there: above decision functions only, above all functions with sites, or not at all.',
    ),
  inlayHints: z
    .boolean()
    .default(true)
    .describe('At a bypass site, the worst that becomes of the data there; at a decision, when it is true.'),
  semanticTokens: z
    .boolean()
    .default(true)
    .describe('Mark values that the device controls, and physical addresses.'),
  rules: z
    .partialRecord(z.enum(ruleInfos.map((rule) => rule.id) as [string, ...string[]]), level)
    .default({})
    .describe('Levels of rules, by id: `off`, `note`, `warning` or `error`.'),
  platforms: z
    .array(z.enum(platformIds as unknown as [PlatformId, ...PlatformId[]]))
    .default([])
    .describe('The kinds of guests sites are run in. Empty: one of each kind.'),
  devices: z
    .array(z.enum(deviceIds as unknown as [DeviceId, ...DeviceId[]]))
    .default([])
    .describe(
      'The devices sites are run with. Empty: one with the flag, one without, one that cannot have it.',
    ),
  policy: z
    .string()
    .default('tree')
    .describe(
      'Who decides: `tree`, the code under review, or a built-in policy such as `v5.4` or `rampai-2019`.',
    ),
  workspaceDiagnostics: z
    .boolean()
    .default(true)
    .describe('Check files that are not open, too, where the editor asks for it.'),
  baseline: z
    .string()
    .default('.vringside-baseline.json')
    .describe('Accepted findings, relative to the tree; they are not shown.'),
  cache: z.boolean().default(true).describe("Keep results in the user's cache folder between starts."),
});

export type Settings = z.infer<typeof settingsSchema>;

export const defaultSettings: Settings = settingsSchema.parse({});

export interface ReadSettings {
  readonly settings: Settings;
  /** What was wrong with single settings, a sentence each; those have their defaults. */
  readonly problems: readonly string[];
}

/** Never throws: a setting that is wrong is named and has its default, the others hold. */
export function readSettings(raw: unknown): ReadSettings {
  if (raw === null || raw === undefined) return { settings: defaultSettings, problems: [] };
  if (typeof raw !== 'object' || Array.isArray(raw)) {
    return { settings: defaultSettings, problems: ['the settings under "vringside" are no object'] };
  }
  const problems: string[] = [];
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(raw)) {
    const field = (settingsSchema.shape as Record<string, z.ZodType | undefined>)[key];
    // Clients add keys of their own (`trace.server`).
    if (field === undefined || value === undefined || value === null) continue;
    const parsed = field.safeParse(value);
    if (parsed.success) kept[key] = parsed.data;
    else problems.push(`vringside.${key}: ${parsed.error.issues.map((issue) => issue.message).join('; ')}`);
  }
  return { settings: settingsSchema.parse(kept), problems };
}

/** Longer than this a client is not waited for. */
const PATIENCE_MS = 2000;

/** That the client's settings are known, or will not be. */
export class FirstSettings {
  readonly known: Promise<void>;
  #tell: () => void = () => {};
  #areKnown = false;

  constructor() {
    this.known = new Promise((done) => {
      this.#tell = done;
    });
  }

  /** The client was spoken to: from now on it is waited for. */
  begin(): void {
    setTimeout(() => this.tell(), PATIENCE_MS).unref();
  }

  get areKnown(): boolean {
    return this.#areKnown;
  }

  tell(): void {
    this.#areKnown = true;
    this.#tell();
  }
}
