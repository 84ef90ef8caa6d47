import { type Renamed, renamed } from '@vringside/grammars/renamed';
import type { Program } from '../program/index.js';
import type { PpCondition } from '../syntax/ir.js';
import { TokenKind } from '../syntax/lexer.js';
import type { Span } from '../text/span.js';
import type { Found, Rule } from './rule.js';

export const retiredName: Rule = {
  id: 'retired-name',
  level: 'warning',
  summary: 'a helper or flag that this tree knows by another name only',
  page: `# retired-name

The code uses a name of the virtio core that this tree does not declare any more; it declares the one that took its place.

## Why it matters

Code written or ported from another release does not build, or, where a private definition was added to make it build, goes its
own way when the core's meaning changes. A reviewer reads past the old name because it looks familiar.

## How it is found

For each renaming that is known (\`virtio_has_iommu_quirk()\` to \`virtio_has_dma_quirk()\`, \`VIRTIO_F_IOMMU_PLATFORM\` to
\`VIRTIO_F_ACCESS_PLATFORM\`, the mapping helpers of a virtqueue in 6.18), the tree is asked which of the two it declares for
kernel code. The arguments are the same, so the fix is the new name.

## What it does not report

A tree that declares both names, or only the old one; programs under \`tools/\` and \`samples/\`, for which headers keep old names;
code under \`#if\` that asks for the name or the release.
`,
  run: ({ program, files }) => files.flatMap((file) => (isKernelCode(file) ? retiredIn(program, file) : [])),
};

function isKernelCode(file: string): boolean {
  return !/^(?:tools|samples|scripts|Documentation)\//.test(file);
}

function retiredIn(program: Program, file: string): Found[] {
  return renamed.flatMap((name) => {
    // Its places are looked for last: it means to go through the text.
    if (program.chunksMentioning(file, name.old).length === 0 || !isRetired(program, file, name)) return [];
    return usesOf(program, file, name).map(({ at, function: fn }) => ({
      message: `${name.old} is ${name.current} since ${name.since}: this tree declares the new name only`,
      file,
      function: fn,
      range: { start: program.positionOf(file, at.start), end: program.positionOf(file, at.end) },
      related: [],
    }));
  });
}

/** A header of the core, which sees what is declared to every driver. */
const coreHeader = 'include/linux/virtio_config.h';

function isRetired(program: Program, file: string, { old, current }: Renamed): boolean {
  const places = [file, coreHeader];
  return (
    places.some((from) => isDeclared(program, current, from)) &&
    !places.some((from) => isDeclared(program, old, from))
  );
}

function isDeclared(program: Program, name: string, from: string): boolean {
  return (
    program.functionsNamed(name, from).length > 0 ||
    program.prototype(name, from) !== null ||
    program.enumerator(name, from) !== null ||
    program.macro(name, from).some((macro) => !isForUserSpace(macro.condition))
  );
}

/** Whether what stands under the condition is hidden from the kernel. */
function isForUserSpace(condition: PpCondition): boolean {
  switch (condition.kind) {
    case 'not':
      return condition.of.kind === 'defined' && condition.of.name === '__KERNEL__';
    case 'and':
      return condition.of.some(isForUserSpace);
    default:
      return false;
  }
}

/** Where the code of a file says the old name, directives and definitions of either name aside. */
function usesOf(
  program: Program,
  file: string,
  { old, current }: Renamed,
): { readonly at: Span; readonly function: string }[] {
  const mentioning = program.chunksMentioning(file, old);
  const source = mentioning.length === 0 ? null : program.source(file);
  if (source === null) return [];
  const { text, tokens } = source;
  return mentioning.flatMap((index) => {
    const chunk = source.chunks.find((one) => one.index === index);
    if (chunk === undefined || chunk.name === old || chunk.name === current) return [];
    if (asksForIt(chunk.condition, old, current)) return [];
    const uses: { at: Span; function: string }[] = [];
    let isDirective = false;
    for (let token = chunk.firstToken; token < chunk.endToken; token++) {
      const kind = tokens.kinds[token];
      if (kind === TokenKind.directive) isDirective = chunk.kind !== 'macro';
      else if (kind === TokenKind.directiveEnd) isDirective = false;
      const at = { start: tokens.starts[token] ?? 0, end: tokens.ends[token] ?? 0 };
      if (kind !== TokenKind.identifier || isDirective || text.slice(at.start, at.end) !== old) continue;
      const region = source.regions.findLast(({ start, end }) => start <= at.start && at.end <= end);
      if (region !== undefined && asksForIt(region.condition, old, current)) continue;
      uses.push({ at, function: chunk.kind === 'function' ? (chunk.name ?? '') : '' });
    }
    return uses;
  });
}

/** Whether an `#if` chooses by the names themselves, or by the release. */
function asksForIt(condition: PpCondition, old: string, current: string): boolean {
  switch (condition.kind) {
    case 'true':
    case 'false':
      return false;
    case 'defined':
    case 'enabled':
      return condition.name === old || condition.name === current || /^HAVE_/.test(condition.name);
    case 'opaque':
      return new RegExp(`\\b(?:${old}|${current}|LINUX_VERSION_CODE|KERNEL_VERSION)\\b`).test(condition.text);
    case 'not':
      return asksForIt(condition.of, old, current);
    case 'and':
    case 'or':
      return condition.of.some((part) => asksForIt(part, old, current));
  }
}
