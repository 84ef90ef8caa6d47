/** What must hold for the facts of any text at all. */
import type { Chunk, ChunkFacts, KernelParser, SourceFile } from '../../../server/src/syntax/index.js';
import { TokenKind } from '../../../server/src/syntax/lexer.js';
import { prepare } from '../../../server/src/syntax/variants.js';

interface Spanned {
  readonly start: number;
  readonly end: number;
}

function isSpanned(value: object): value is Spanned {
  return 'start' in value && 'end' in value;
}

/** Complaints about spans: each must be ordered, lie in the chunk and within the span of what holds it. */
export function misplacedSpans(facts: ChunkFacts, chunk: Chunk): string[] {
  const complaints: string[] = [];
  const visit = (value: unknown, outer: Spanned, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    let inner = outer;
    if (!Array.isArray(value) && isSpanned(value)) {
      const { start, end } = value;
      if (start > end) complaints.push(`${path}: ends before it starts`);
      // A type that is shown to the parser as a shorter name ends behind that name, and so behind what it is part of.
      const bounds = 'kind' in value && value.kind === 'type' ? chunk : outer;
      if (start < bounds.start || end > bounds.end)
        complaints.push(`${path}: [${start}, ${end}) outside [${outer.start}, ${outer.end})`);
      inner = value;
    }
    for (const [key, part] of Object.entries(value)) {
      // A type is shared by the declarators behind it: what is inside it may stand before them.
      visit(part, key === 'typeOf' || key === 'sizes' || key === 'params' ? chunk : inner, `${path}.${key}`);
    }
  };
  visit(facts, chunk, chunk.kind);
  return complaints;
}

/** Names and numbers that are not what the text says at their span. */
export function misreadNames(facts: ChunkFacts, text: string): string[] {
  const complaints: string[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const node = value as { kind?: string; name?: string; text?: string; start?: number; end?: number };
    const said = node.kind === 'name' ? node.name : node.kind === 'number' ? node.text : undefined;
    const written = text.slice(node.start, node.end);
    // A pasted name may go on behind the line its span ends on.
    if (said !== undefined && said !== written && !said.startsWith(written))
      complaints.push(`${said}: ${written}`);
    for (const part of Object.values(value)) visit(part);
  };
  visit(facts);
  return complaints;
}

/** Words that are not names of anything. */
const KEYWORDS = new Set(
  `auto break case char const continue default do double else enum extern float for goto if inline int long register
   restrict return short signed sizeof static struct switch typedef union unsigned void volatile while _Bool asm typeof
   __asm__ __asm __inline __inline__ __volatile__ __volatile __const __restrict __extension__ __attribute__ __typeof__
   __signed__ __typeof typeof_unqual defined __auto_type __attribute _Generic _Static_assert`.split(/\s+/),
);

/** Names of the chunk that its facts do not mention. */
export function lostNames(parser: KernelParser, file: SourceFile, chunk: Chunk): string[] {
  const { kinds, starts, ends, count } = file.tokens;
  // What a defining macro is called and given besides the declaration is not part of the declaration.
  const hidden = prepare(file, chunk).flatMap((variant) =>
    variant.rewrites.filter(
      (rewrite) => rewrite.kind === 'annotation' || rewrite.kind === 'definition-macro',
    ),
  );
  const nested = file.chunks.filter(
    (other) => other !== chunk && other.start >= chunk.start && other.end <= chunk.end,
  );
  const known = new Set(JSON.stringify(parser.facts(file, chunk)).match(/[A-Za-z_]\w*/g));
  const lost = new Set<string>();
  for (let token = chunk.firstToken; token < Math.min(chunk.endToken, count); token++) {
    if (kinds[token] === TokenKind.directive) {
      while (token < count && kinds[token] !== TokenKind.directiveEnd) token++;
      continue;
    }
    if (kinds[token] !== TokenKind.identifier) continue;
    const start = starts[token]!;
    const word = file.text.slice(start, ends[token]!);
    if (KEYWORDS.has(word) || known.has(word)) continue;
    if ([...hidden, ...nested].some((span) => span.start <= start && start < span.end)) continue;
    // `[name] "=r" (x)`: an operand's name inside its assembly.
    if (kinds[token - 1] === TokenKind.openBracket && kinds[token + 2] === TokenKind.string) continue;
    // `struct x;` says nothing but that there is one.
    const tagged = /\b(?:struct|union|enum)\s+$/.test(file.text.slice(Math.max(0, start - 20), start));
    if (tagged && kinds[token + 1] === TokenKind.semicolon) continue;
    lost.add(word);
  }
  return [...lost];
}
