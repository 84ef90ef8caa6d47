/** The outline of a file: tokens, `#if` structure and chunks. The face of what needs no parser. */
import type { Span } from '../text/span.js';
import { Chunker } from './chunker.js';
import { TokenKind, type Tokens, tokenize } from './lexer.js';
import { preprocess } from './preprocessor.js';
import type { SourceFile } from './source.js';

/** The outline of `text`. Never throws; linear in its length. */
export function outline(path: string, text: string): SourceFile {
  const tokens = tokenize(text);
  const preprocessing = preprocess(text, tokens);
  const chunks = new Chunker(text, tokens, preprocessing).run();
  return {
    path,
    text,
    chunks,
    comments: commentsOf(tokens),
    tokens,
    regions: preprocessing.regions,
    directives: preprocessing.directives,
    groups: preprocessing.groups,
  };
}

function commentsOf(tokens: Tokens): readonly Span[] {
  const comments: Span[] = [];
  for (let i = 0; i < tokens.count; i++) {
    if (tokens.kinds[i] !== TokenKind.comment) continue;
    comments.push({ start: tokens.starts[i] as number, end: tokens.ends[i] as number });
  }
  return comments;
}
