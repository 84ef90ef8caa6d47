/** The same C in another layout: every blank between tokens becomes a line break with a misleading comment. */

/** Directives (with their continuations), comments, strings and character constants stay as they are. */
const kept =
  /^[ \t]*#(?:\\\r?\n|[^\n])*|\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/gm;

export function relaid(text: string): string {
  let result = '';
  let from = 0;
  for (const match of text.matchAll(kept)) {
    result += spread(text.slice(from, match.index)) + match[0];
    from = match.index + match[0].length;
  }
  return result + spread(text.slice(from));
}

function spread(code: string): string {
  return code.replace(/(?<=\S) (?=\S)/g, '\n  /* ; } */\t');
}
