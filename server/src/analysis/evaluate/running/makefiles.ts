/** Whether a file is built at all: what the Makefiles from its folder upwards say. */
import type { Program } from '../../../program/index.js';
import type { Truth } from '../numbers/value.js';
import { type Configuration, optionHolds } from './configuration.js';

/** `obj-y`, `obj-$(CONFIG_X)`, `virtio_pci-y`, `virtio_pci-objs`, and what is added. */
const rule = /^([\w-]+?)-(y|m|objs|\$\((CONFIG_\w+)\))\s*[:+]?=\s*(.*)$/;

interface Rule {
  readonly target: string;
  /** Null: always. */
  readonly option: string | null;
  readonly parts: readonly string[];
}

/** True where nothing says otherwise: a file no Makefile of the tree names is taken to be built. */
export function isBuilt(program: Program, file: string, configuration: Configuration): Truth {
  if (/\.h$/i.test(file)) return true;
  let part = file.replace(/\.c$/i, '.o');
  for (let depth = 0; depth < 16; depth++) {
    const cut = part.replace(/\/$/, '').lastIndexOf('/');
    if (cut < 0) return true;
    const folder = part.slice(0, cut);
    const truth = isListed(rulesOf(program, folder), part.slice(cut + 1), configuration);
    if (truth !== true) return truth;
    part = `${folder}/`;
  }
  return true;
}

function isListed(rules: readonly Rule[], part: string, configuration: Configuration): Truth {
  const naming = rules.filter((r) => r.parts.includes(part));
  let doubt: Truth = false;
  for (const { target, option } of naming) {
    const own = option === null ? true : optionHolds(configuration, 'IS_ENABLED', option);
    const isComposite = target !== 'obj' && target !== 'lib' && target !== part.replace(/\.o$/, '');
    const truth = own === true && isComposite ? isListed(rules, `${target}.o`, configuration) : own;
    if (truth === true) return true;
    if (truth !== false) doubt = truth;
  }
  return naming.length === 0 ? true : doubt;
}

function rulesOf(program: Program, folder: string): readonly Rule[] {
  return program.ledger.answer('build rules', folder, () =>
    readRules(['Kbuild', 'Makefile'].map((name) => program.wholeText(`${folder}/${name}`)).join('\n')),
  );
}

function readRules(text: string): readonly Rule[] {
  return text
    .replace(/\\\r?\n/g, ' ')
    .split(/\r?\n/)
    .flatMap((line) => {
      const [, target, , option, parts = ''] = rule.exec(line.replace(/#.*/, '').trim()) ?? [];
      if (target === undefined) return [];
      return [{ target, option: option ?? null, parts: parts.split(/\s+/).filter((p) => p !== '') }];
    });
}
