/** What the passes over one variant share. */
import type { RewriteKind } from '../source.js';
import type { Draft } from './draft.js';
import { DEEPEST, type View } from './view.js';

export class Dialect {
  readonly view: View;
  readonly draft: Draft;
  /** The declaration at hand is the head of a function: a type it lacks is put in front. */
  isHead = false;
  /** The declaration at hand stands in a block: no bit-fields. */
  isLocal = false;
  /** What follows the text brings a `;` along: a macro's body. */
  isOpenEnded = false;
  private depth = 0;

  constructor(view: View, draft: Draft) {
    this.view = view;
    this.draft = draft;
  }

  /** Runs `pass` unless the nesting is deeper than any code: the text in there stays as it is. */
  nested(pass: () => void): void {
    if (this.depth >= DEEPEST) return;
    this.depth++;
    pass();
    this.depth--;
  }

  /** Hides the tokens [i, end). */
  blank(kind: RewriteKind, i: number, end: number): void {
    if (end > i) this.draft.blank(kind, this.view.start(i), this.view.end(end - 1));
  }

  replace(kind: RewriteKind, i: number, text: string): void {
    this.draft.replace(kind, this.view.start(i), this.view.end(i), text);
  }

  /** Shows the tokens [i, end) as one identifier. */
  identifier(kind: RewriteKind, i: number, end: number): void {
    if (end > i) this.draft.identifier(kind, this.view.start(i), this.view.end(end - 1));
  }

  /** Ends the statement before token `next`; with no blank there, its last word is shown one letter shorter. */
  endStatement(next: number): void {
    if (next >= this.view.count && this.isOpenEnded) return;
    if (this.insert('semicolon', next, ';')) return;
    const { view, draft } = this;
    const last = next - 1;
    if (!view.isWord(last) || view.end(last) - view.start(last) < 2) return;
    draft.note('semicolon', view.start(last), view.end(last));
    draft.write(view.end(last) - 1, ';');
  }

  /** Puts `mark` into the white space before token `i`; false when there is none. `from` is the token before. */
  insert(kind: RewriteKind, i: number, mark: string): boolean {
    const { view, draft } = this;
    const start = i > 0 ? view.end(i - 1) : draft.start;
    const end = i < view.count ? view.start(i) : draft.end;
    const at = draft.findBlank(start, end);
    if (at < 0) return false;
    draft.write(at, mark);
    draft.note(kind, at, at + mark.length);
    return true;
  }
}
