/** What a file refers to by name: headers, the kernel's documentation, sections of the virtio specification. */
import type { Program } from '../program/index.js';
import type { Span } from '../text/span.js';

export type Link = Span &
  (
    | { readonly kind: 'file'; readonly file: string }
    /** A section as the comment cites it, and of which version; null where it says none. */
    | { readonly kind: 'specification'; readonly section: string; readonly version: string | null }
  );

/** In the order of the source. */
export function linksIn(program: Program, file: string): readonly Link[] {
  const source = program.source(file);
  if (source === null) return [];
  return [
    ...source.chunks.flatMap((chunk) => (chunk.kind === 'include' ? included(program, file, chunk) : [])),
    ...source.comments.flatMap((comment) => {
      const text = source.text.slice(comment.start, comment.end);
      return [...documents(program, text), ...sections(text)].map((link) => ({
        ...link,
        start: link.start + comment.start,
        end: link.end + comment.start,
      }));
    }),
  ].sort((a, b) => a.start - b.start);
}

const includeLine = /^[ \t]*#[ \t]*include(?:_next)?[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)/;

function included(program: Program, file: string, chunk: Span): Link[] {
  const line = includeLine.exec(program.textOf(file, chunk));
  const path = line?.[1] ?? line?.[2];
  if (line === null || path === undefined) return [];
  const [target] = program.includeTargets(file, { path, isSystem: line[1] === undefined });
  if (target === undefined) return [];
  const end = chunk.start + line[0].length - 1;
  return [{ kind: 'file', file: target, start: end - path.length, end }];
}

const documentPath = /(?<![\w/])Documentation\/[\w./+-]*[\w+-]/g;

function documents(program: Program, text: string): Link[] {
  return [...text.matchAll(documentPath)].flatMap(({ 0: path, index }) =>
    program.exists(path)
      ? [{ kind: 'file' as const, file: path, start: index, end: index + path.length }]
      : [],
  );
}

/** Between words of a comment, line ends and stars among them. */
const gap = '[\\s*,:(-]{1,12}';
const version = `(?:${gap}v?(1\\.[0-9])(?![.\\d]))?`;
/**
 * `virtio spec 2.7.5`, `virtio 1.1 section 6`, `VIRTIO v1.2 spec, section 5.1.6.5.5`. A number alone is a section only
 * behind "section", or with two dots behind "spec": what has one may be a version.
 */
const citation = new RegExp(
  `\\bvirtio${version}(?:${gap}(?:draft${gap})?(spec(?:ification)?)\\b)?${version}` +
    `(?:${gap}(?:section|sec\\.?|chapter)${gap}(\\d+(?:\\.\\d+)*)|${gap}(\\d+(?:\\.\\d+){2,}))`,
  'gi',
);

function sections(text: string): Link[] {
  return [...text.matchAll(citation)].flatMap((match) => {
    const [whole, before, word, after, named, bare] = match;
    const section = named ?? (word === undefined ? undefined : bare);
    if (section === undefined) return [];
    const span = { start: match.index, end: match.index + whole.length };
    return [{ kind: 'specification' as const, section, version: before ?? after ?? null, ...span }];
  });
}
