/** Where `word` stands alone in `text` at or after `from`; -1 if nowhere. Any word, however long: no pattern is made. */
export function findWord(text: string, word: string, from = 0): number {
  if (word === '') return -1;
  for (let at = text.indexOf(word, from); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!isWordPart(text[at - 1]) && !isWordPart(text[at + word.length])) return at;
  }
  return -1;
}

function isWordPart(character: string | undefined): boolean {
  return character !== undefined && /[\w$]/.test(character);
}
