/** Edits as they are typed: small, in many functions, such that findings come and go. */

export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A statement that clangd cannot compile and that is a bypass to vringside: both have something to say. */
const statement = '\n\tdesc->addr = cpu_to_virtio64(vdev, virt_to_phys(desc)) undeclared_;';

/** Offsets behind the opening brace of functions, spread over the file. */
export function functionBodies(text: string, count: number): number[] {
  const bodies = [...text.matchAll(/^\w[^;{}#]*\)\n\{/gm)].map((match) => match.index + match[0].length);
  const step = Math.max(1, bodies.length / count);
  return Array.from(
    { length: Math.min(count, bodies.length) },
    (_, i) => bodies[Math.floor(i * step)] as number,
  );
}

/** Four edits a function: a statement, a letter in it, the letter away, the statement away. The text ends as it began. */
export function* typing(text: string, edits: number): Generator<Splice> {
  const bodies = functionBodies(text, Math.ceil(edits / 4));
  for (let made = 0, at = 0; made < edits; at += 1) {
    const body = bodies[at % bodies.length] as number;
    const letter = body + '\n\tdesc'.length;
    const four: readonly Splice[] = [
      { start: body, end: body, text: statement },
      { start: letter, end: letter, text: 'x' },
      { start: letter, end: letter + 1, text: '' },
      { start: body, end: body + statement.length, text: '' },
    ];
    for (const splice of four) {
      if (made >= edits) return;
      made += 1;
      yield splice;
    }
  }
}
