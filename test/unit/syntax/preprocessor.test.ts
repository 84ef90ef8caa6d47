import { describe, expect, it } from 'vitest';
import type { PpCondition } from '../../../server/src/syntax/ir.js';
import { tokenize } from '../../../server/src/syntax/lexer.js';
import { preprocess } from '../../../server/src/syntax/preprocessor.js';

function show(condition: PpCondition): string {
  switch (condition.kind) {
    case 'true':
    case 'false':
      return condition.kind;
    case 'defined':
      return condition.name;
    case 'enabled':
      return `${condition.test}(${condition.name})`;
    case 'opaque':
      return `[${condition.text}]`;
    case 'not':
      return `!${show(condition.of)}`;
    case 'and':
      return `(${condition.of.map(show).join(' && ')})`;
    case 'or':
      return `(${condition.of.map(show).join(' || ')})`;
  }
}

/** Each region as its condition and what it holds. */
function regions(text: string): string[] {
  return preprocess(text, tokenize(text)).regions.map(
    (region) =>
      `${show(region.condition)}: ${text.slice(region.start, region.end).trim().replaceAll(/\s+/g, ' ')}`,
  );
}

function condition(text: string): string {
  return regions(`#if ${text}\nx\n#endif\n`)[0]!.slice(0, -': x'.length);
}

describe('regions', () => {
  it('gives each arm its condition and the negation of those before', () => {
    expect(regions('#ifdef A\n1\n#elif B\n2\n#elif defined(C)\n3\n#else\n4\n#endif\n')).toEqual([
      'A: 1',
      '(!A && [B]): 2',
      '(!A && ![B] && C): 3',
      '(!A && ![B] && !C): 4',
    ]);
  });

  it('nests', () => {
    expect(regions('#ifdef A\n1\n#ifndef B\n2\n#endif\n#endif\n')).toEqual([
      'A: 1 #ifndef B 2 #endif',
      '(A && !B): 2',
    ]);
  });

  it('does not count an include guard as a condition', () => {
    expect(
      regions('/* licence */\n#ifndef _X_H\n#define _X_H\n#ifdef A\n1\n#endif\n#endif /* _X_H */\n'),
    ).toEqual(['A: 1']);
  });

  it('counts it when text follows it', () => {
    expect(regions('#ifndef _X_H\n#define _X_H\n1\n#endif\nint x;\n')).toEqual(['!_X_H: #define _X_H 1']);
  });

  it('knows what no compilation of C sees', () => {
    expect(regions('#if 0\n1\n#else\n2\n#endif\n#ifdef __cplusplus\n3\n#endif\n')).toEqual([
      'false: 1',
      'false: 3',
    ]);
  });

  it('survives directives that have no partner', () => {
    expect(regions('#endif\n#else\n#if A\n1\n')).toEqual(['[A]: 1']);
  });
});

describe('conditions', () => {
  it('reads logic', () => {
    expect(condition('defined(A) && (!defined B || IS_ENABLED(CONFIG_C))')).toBe(
      '(A && (!B || IS_ENABLED(CONFIG_C)))',
    );
    expect(condition('!(defined(A))')).toBe('!A');
    expect(condition('1 && defined(A)')).toBe('A');
  });

  it('keeps comparisons and arithmetic as written', () => {
    expect(condition('PAGE_SIZE > 4096 && defined(A)')).toBe('([PAGE_SIZE > 4096] && A)');
    expect(condition('(BITS_PER_LONG == 64) || X')).toBe('([BITS_PER_LONG == 64] || [X])');
    expect(condition('A ? B : C')).toBe('[A ? B : C]');
    expect(condition('(A + 1) * 2 == B')).toBe('[(A + 1) * 2 == B]');
  });

  it('does not run out of stack', () => {
    expect(condition(`${'('.repeat(5000)}A${')'.repeat(5000)}`)).toContain('A');
    expect(condition(`${'!'.repeat(300)}A`)).toContain('A');
  });
});
