import type { Diagnostic } from 'vscode-languageserver/node';

/** Rule and 1-based line, as a user names a finding: `secure-guest-unreadable:39`. */
export function named(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ code, range }) => `${code}:${range.start.line + 1}`).sort();
}

export function codes(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ code }) => String(code)).sort();
}

/** For `Client.diagnostics`: a rule is among them, or none is. */
export function has(code: string): (diagnostics: readonly Diagnostic[]) => boolean {
  return (diagnostics) => diagnostics.some((diagnostic) => diagnostic.code === code);
}

export function lacks(code: string): (diagnostics: readonly Diagnostic[]) => boolean {
  return (diagnostics) => !has(code)(diagnostics);
}
