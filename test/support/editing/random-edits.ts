/** Edits as people make them, and some that nobody would: what a session must follow. */
import type { Random } from '../../fuzz/random.js';

export interface Edit {
  readonly kind: string;
  readonly file: string;
  /** Null: the file is closed, and the text is that on disk again. */
  readonly text: string | null;
}

/** The texts as they stand, and what an edit may go back to. */
export class EditedTexts {
  readonly open: Map<string, string> = new Map();
  private readonly original: (file: string) => string;
  private readonly files: readonly string[];
  private readonly past: { readonly file: string; readonly text: string | null }[] = [];
  private readonly random: Random;

  constructor(files: readonly string[], original: (file: string) => string, random: Random) {
    this.files = files;
    this.original = original;
    this.random = random;
  }

  text(file: string): string {
    return this.open.get(file) ?? this.original(file);
  }

  next(): Edit {
    const { random } = this;
    const chance = random.fraction();
    if (chance < 0.12) {
      const last = this.past.pop();
      if (last !== undefined) return this.apply({ kind: 'undo', ...last }, false);
    }
    // The first files are where most of the editing is done.
    const index =
      random.fraction() < 0.75
        ? random.below(Math.min(2, this.files.length))
        : random.below(this.files.length);
    const file = this.files[index] as string;
    if (chance > 0.97 && this.open.has(file)) return this.apply({ kind: 'close', file, text: null }, true);
    const kinds = Object.keys(mutations);
    const kind = kinds[random.below(kinds.length)] as string;
    const text = this.text(file);
    return this.apply(
      { kind, file, text: (mutations[kind] as Mutation)(text, random, () => this.anyText()) },
      true,
    );
  }

  private anyText(): string {
    return this.text(this.files[this.random.below(this.files.length)] as string);
  }

  private apply(edit: Edit, isKept: boolean): Edit {
    const before = this.open.get(edit.file) ?? null;
    if (isKept) this.past.push({ file: edit.file, text: before });
    if (edit.text === null) this.open.delete(edit.file);
    else this.open.set(edit.file, edit.text);
    return edit;
  }
}

type Mutation = (text: string, random: Random, other: () => string) => string;

function splice(text: string, from: number, to: number, by: string): string {
  return text.slice(0, from) + by + text.slice(to);
}

const words = [
  'vq', 'vdev', 'use_dma_api', 'virtio_has_feature(vdev, VIRTIO_F_ACCESS_PLATFORM)', 'return true;', 'return false;',
  'if (xen_domain())', 'else', 'VIRTIO_F_VERSION_1', 'dma_map_page', 'virt_to_phys(p)', 'sg_phys(sg)', 'static',
  'struct virtio_device *', 'premapped', '->', '.', ';', ',', '0', 'virtqueue_add_sgs', 'sg_init_one(&sg, buf, len)',
  'vring_use_dma_api', 'break;', 'goto err;', '/* note */', '"text"', 'u64', 'sizeof(', ')', '=',
]; // biome-ignore format: a list

const conditions = ['CONFIG_XEN', 'CONFIG_PCI', 'defined(CONFIG_X86) && FOO', '0', 'LINUX_VERSION > 4'];

/** Spans of what matches; one of them at random. */
function pick(text: string, pattern: RegExp, random: Random): readonly [number, number] | null {
  const found = [...text.matchAll(pattern)];
  const one = found[random.below(Math.max(1, found.length))];
  return one?.index === undefined ? null : [one.index, one.index + one[0].length];
}

function lineStarts(text: string): number[] {
  return [0, ...[...text.matchAll(/\n/g)].map(({ index = 0 }) => index + 1)];
}

/** A place at which a statement could stand. */
function statementPlace(text: string, random: Random): number {
  return pick(text, /[;{}]\n/g, random)?.[1] ?? random.below(text.length + 1);
}

function functionText(text: string, random: Random): string {
  const found = pick(text, /^[a-z][^\n;{}#]*\([^;{}]*\)\n\{\n[\s\S]*?^\}\n/gm, random);
  return found === null ? 'static int made(int x)\n{\n\treturn x;\n}\n' : text.slice(...found);
}

const word: Mutation = (text, random) => {
  const at = statementPlace(text, random);
  return splice(text, at, at, `\t${words[random.below(words.length)]}\n`);
};

const mutations: Readonly<Record<string, Mutation>> = {
  'a character typed': (text, random) => {
    const at = random.below(text.length + 1);
    return splice(text, at, at, 'abcxyz_09 (){};,*&!-=.\n\t"/#'.charAt(random.below(27)));
  },
  'an identifier grown': (text, random) => {
    const found = pick(text, /\b[a-z_]\w+/g, random);
    return found === null ? text : splice(text, found[1], found[1], 'x');
  },
  'an identifier for another': (text, random) => {
    const found = pick(text, /\b[A-Za-z_]\w+/g, random);
    const by = pick(text, /\b[A-Za-z_]\w+/g, random);
    return found === null || by === null ? text : splice(text, ...found, text.slice(...by));
  },
  'a word put in': word,
  'a word put in again': word,
  'a token deleted': (text, random) => {
    const found = pick(text, /\w+|[^\s\w]/g, random);
    return found === null ? text : splice(text, ...found, '');
  },
  'a line deleted': (text, random) => {
    const starts = lineStarts(text);
    const at = random.below(starts.length);
    return splice(text, starts[at] ?? 0, starts[at + 1] ?? text.length, '');
  },
  'a line moved': (text, random) => {
    const starts = lineStarts(text);
    const at = random.below(starts.length);
    const line = text.slice(starts[at] ?? 0, starts[at + 1] ?? text.length);
    const rest = splice(text, starts[at] ?? 0, starts[at + 1] ?? text.length, '');
    const places = lineStarts(rest);
    const to = places[random.below(places.length)] ?? 0;
    return splice(rest, to, to, line);
  },
  'an empty line': (text, random) => {
    const starts = lineStarts(text);
    const at = starts[random.below(starts.length)] ?? 0;
    return splice(text, at, at, '\n');
  },
  'a function pasted': (text, random, other) => {
    const starts = [...text.matchAll(/^\}\n/gm)].map(({ index = 0 }) => index + 2);
    const at = starts[random.below(Math.max(1, starts.length))] ?? text.length;
    return splice(text, at, at, `\n${functionText(other(), random)}`);
  },
  'a function deleted': (text, random) => text.replace(functionText(text, random), ''),
  'an #if put in': (text, random) => {
    const at = statementPlace(text, random);
    return splice(text, at, at, `#if ${conditions[random.below(conditions.length)]}\n`);
  },
  'lines under #if': (text, random) => {
    const starts = lineStarts(text);
    const at = random.below(starts.length);
    const from = starts[at] ?? 0;
    const to = starts[Math.min(at + 1 + random.below(8), starts.length - 1)] ?? text.length;
    const condition = conditions[random.below(conditions.length)];
    const [before, after] = [`#if ${condition}\n`, random.below(2) === 0 ? '#else\n#endif\n' : '#endif\n'];
    return splice(text, from, to, before + text.slice(from, to) + after);
  },
  'a brace': (text, random) => {
    const at = statementPlace(text, random);
    return splice(text, at, at, random.below(2) === 0 ? '{' : '}');
  },
  'a comment opened': (text, random) => {
    const at = statementPlace(text, random);
    return splice(text, at, at, '/* ');
  },
  'a comment put in': (text, random) => {
    const at = statementPlace(text, random);
    return splice(text, at, at, '\t/* something to say */\n');
  },
  'an include': (text, random) => {
    const headers = [
      '<linux/dma-mapping.h>',
      '<linux/virtio_ring.h>',
      '<linux/none.h>',
      '"virtio_pci_common.h"',
    ];
    return `#include ${headers[random.below(headers.length)]}\n${text}`;
  },
  'a macro': (text, random) => {
    const name = ['DEBUG', 'VIRTIO_F_RING_RESET', 'sg_phys', 'dev_dbg'][random.below(4)];
    const at = statementPlace(text, random);
    return splice(text, at, at, `#define ${name} ${random.below(9)}\n`);
  },
  'a field': (text, random) => {
    const found = pick(text, /^struct \w+ \{\n/gm, random);
    return found === null ? text : splice(text, found[1], found[1], '\tbool made_up;\n');
  },
  'static put off or on': (text, random) => {
    const found = pick(text, /^static (?:inline )?/gm, random);
    return found === null ? text : splice(text, ...found, '');
  },
};
