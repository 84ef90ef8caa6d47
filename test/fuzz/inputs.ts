/** The inputs of a campaign: number N of a seed is the same text for ever, as long as the corpus is. */
import { decodeSource } from '../../server/src/text/decode.js';
import type { Corpus, CorpusFile } from './corpus.js';
import { anyCharacter, dictionary, LONGEST_INPUT, mutations } from './mutations.js';
import { Random } from './random.js';

export interface Input {
  /** How it was made, for people. */
  readonly recipe: string;
  /** The file to read. */
  readonly path: string;
  readonly text: string;
  /** Files beside it for the whole analysis; null: the input is outlined and read only. */
  readonly beside: readonly CorpusFile[] | null;
}

/** One input in so many goes through the whole analysis. */
const ANALYSED_ONE_IN = 4;
/** One mutated input in so many is a whole file, not a part of one. */
const WHOLE_ONE_IN = 12;
const SHORTEST_PART = 150;
const LONGEST_PART = 30_000;

export function makeInput(corpus: Corpus, seed: number, index: number): Input {
  const random = new Random(seed, index);
  const isAnalysed = random.below(ANALYSED_ONE_IN) === 0;
  if (random.chance(0.06)) return fromNothing(random, isAnalysed);
  if (isAnalysed && random.chance(0.6)) return fromSet(corpus, random);
  const file = random.pick(corpus.files);
  const mutated = mutate(partOf(file, random), corpus, random);
  return { ...mutated, path: file.path, beside: isAnalysed ? companions(corpus, random) : null };
}

/** A fixture whose files belong together, one of them broken. */
function fromSet(corpus: Corpus, random: Random): Input {
  const set = random.pick(corpus.sets);
  const file = random.pick(set);
  const mutated = mutate(file.text, corpus, random);
  return { ...mutated, path: file.path, beside: set.filter((other) => other !== file) };
}

function companions(corpus: Corpus, random: Random): readonly CorpusFile[] {
  return random.chance(0.5) ? [] : random.pick(corpus.sets);
}

function partOf(file: CorpusFile, random: Random): string {
  if (random.below(WHOLE_ONE_IN) === 0 || file.text.length < SHORTEST_PART) return file.text;
  const length = Math.min(file.text.length, random.magnitude(SHORTEST_PART, LONGEST_PART));
  const at = random.below(file.text.length - length + 1);
  // Mostly from one line to another; a part of a function is an input, too.
  const from = random.chance(0.9) ? file.text.lastIndexOf('\n', at) + 1 : at;
  return file.text.slice(from, from + length);
}

function mutate(text: string, corpus: Corpus, random: Random): Pick<Input, 'recipe' | 'text'> {
  const names: string[] = [];
  let result = text;
  if (random.chance(0.1)) {
    const other = partOf(random.pick(corpus.files), random);
    result = result.slice(0, random.below(result.length + 1)) + other;
    names.push('crossed');
  }
  for (let count = random.magnitude(1, 4); count > 0; count--) {
    const name = random.pick(Object.keys(mutations));
    result = (mutations[name]?.(result, random) ?? result).slice(0, LONGEST_INPUT);
    names.push(name);
  }
  return { recipe: names.join(' + '), text: result };
}

function fromNothing(random: Random, isAnalysed: boolean): Input {
  const [recipe, text] = random.pick([anyBytes, anyCharacters, anyWords])(random);
  return {
    recipe,
    path: random.pick(['drivers/virtio/any.c', 'include/linux/any.h', 'any.c']),
    text,
    beside: isAnalysed ? [] : null,
  };
}

type Made = readonly [recipe: string, text: string];

function anyBytes(random: Random): Made {
  const bytes = Uint8Array.from({ length: random.magnitude(1, 20_000) }, () => random.below(256));
  // Few files with bytes below 32 pass for text; those are the interesting ones.
  if (random.chance(0.7)) for (const [at, byte] of bytes.entries()) if (byte === 0) bytes[at] = 0x0a;
  const decoded = decodeSource(bytes);
  return ['any bytes', 'text' in decoded ? decoded.text : ''];
}

function anyCharacters(random: Random): Made {
  const printable = random.chance(0.5);
  const one = (): string =>
    printable ? String.fromCharCode(random.pick([10, 32 + random.below(95)])) : anyCharacter(random);
  return ['any characters', Array.from({ length: random.magnitude(1, 10_000) }, one).join('')];
}

function anyWords(random: Random): Made {
  const one = (): string => random.pick(dictionary) + random.pick(['', ' ', '\n', 'x']);
  return ['any words', Array.from({ length: random.magnitude(1, 4_000) }, one).join('')];
}
