/** Profiles from files: one definition that checks a text and refuses what it does not know. */
import * as z from 'zod';
import type { FigureKey, Profile } from './profile.js';

const positive = z.number().positive();

function figure(unit: 'ns' | 'ns/B') {
  return z
    .strictObject({
      unit: z.literal(unit),
      median: positive,
      low: positive,
      high: positive,
      min: positive,
      max: positive,
      runs: z.int().positive(),
      by: z.enum(['compiled', 'javascript']),
    })
    .refine((f) => f.min <= f.low && f.low <= f.median && f.median <= f.high && f.high <= f.max, {
      error: 'must be in order: min, low, median, high, max',
    });
}

/** The compiler asks for every figure. */
const figures: Readonly<Record<FigureKey, z.ZodOptional<ReturnType<typeof figure>>>> = {
  copyHotL1NsPerByte: figure('ns/B').optional(),
  copyHotNsPerByte: figure('ns/B').optional(),
  copyColdNsPerByte: figure('ns/B').optional(),
  copyColdFixedNs: figure('ns').optional(),
  slotPairNs: figure('ns').optional(),
  probeNs: figure('ns').optional(),
  lockHandOverNs: figure('ns').optional(),
  wakeNs: figure('ns').optional(),
  'rings.packed.streamNs': figure('ns').optional(),
  'rings.packed.roundTripNs': figure('ns').optional(),
  'rings.split.streamNs': figure('ns').optional(),
  'rings.split.roundTripNs': figure('ns').optional(),
};

const profile = z.strictObject({
  schema: z.literal('vringside-profile/1'),
  tool: z.strictObject({ name: z.literal('vringside'), version: z.string() }),
  measuredAt: z.iso.datetime(),
  isQuick: z.boolean(),
  machine: z.strictObject({
    cpu: z.string(),
    architecture: z.string(),
    system: z.string(),
    processors: z.int().positive(),
    placement: z.enum(['different cores', 'one core', 'one processor', 'not pinned']),
    loadBefore: z.number().min(0),
  }),
  compiler: z.string().nullable(),
  withoutCompiler: z.string().nullable(),
  figures: z.strictObject(figures),
  leftOut: z.array(
    z.strictObject({
      figure: z.enum(Object.keys(figures) as [FigureKey, ...FigureKey[]]),
      reason: z.string(),
    }),
  ),
});

/**
 * A profile from the text of a file.
 * @throws {SyntaxError} that names the file, and each key with what is wrong there
 */
export function readProfile(text: string, file: string): Profile {
  const found = profile.safeParse(parsed(text, file));
  if (found.success) return found.data as Profile;
  const issues = found.error.issues.map((issue) => {
    const path = issue.path.map(String).join('.');
    return path === '' ? issue.message : `${path}: ${issue.message}`;
  });
  throw new SyntaxError(`${file}: ${issues.join('; ')}`);
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`${file}: not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
