/** A buffer given to the device by its physical address: mapped with the DMA API, where the ring uses it, and the result checked. */
import { TRUE } from '../analysis/formulas/formula.js';
import { coreDecision, type FoundSite } from '../analysis/index.js';
import type { FunctionRef, Program } from '../program/index.js';
import { type AddressStore, storeAt } from './address-store.js';
import { type Buffer, bufferAt, deviceInScope, queueInScope } from './buffer.js';
import { errorExit } from './error-exit.js';
import { type FixContext, includeChange, indentAt, type Remedy, remedy } from './fix.js';
import { ringCondition } from './ring-condition.js';

const kinds: ReadonlySet<string> = new Set(['cpu_phys_to_device', 'payload_gpa']);

/**
 * The ways to map it, the best first. What is not known from the code around leaves the site without any. Who unmaps the
 * buffer, and when, no code around the address says: no such fix is the whole of the remedy.
 */
export function mappedBuffer(context: FixContext, found: FoundSite): Remedy[] {
  const { program } = context;
  const { file } = found.site;
  const fn = found.candidate.function;
  if (fn === null || fn.file !== file || !kinds.has(found.site.kind)) return [];
  const reach = reachOf(context, found);
  const store = reach === null ? null : storeAt(program, fn, found.candidate.at);
  const buffer = store === null ? null : bufferAt(program, fn, store.address, store.target);
  const leave = store === null ? null : errorExit(fn, store.replaced.end);
  if (store === null || buffer === null || leave === null) return [];
  const forms = formsOf(context, fn, store, buffer, leave, reach === "under the ring's condition");
  return forms.flatMap((form) => toRemedy(program, file, store, form) ?? []);
}

/** Null where another condition than the ring's decides. */
function reachOf(
  { inventory }: FixContext,
  { site, formula }: FoundSite,
): 'always' | "under the ring's condition" | null {
  const { atoms } = inventory.resolver;
  const core = coreDecision(inventory.resolver);
  if (core === null || core.ref.file === site.file) return null;
  if (formula === TRUE && site.guard === null) return 'always';
  return atoms.formulas.implies(formula, atoms.namedPart(core.formula)) ? "under the ring's condition" : null;
}

function toRemedy(program: Program, file: string, store: AddressStore, form: Form): Remedy | null {
  const { start, end } = store.replaced;
  const indent = indentAt(program.source(file)?.text ?? '', store.indentOf);
  const text = form.lines.join('\n').replace(/\n(?!\n)/g, `\n${indent}`);
  const newText = start === end ? `\n\n${indent}${text}` : text;
  return remedy(
    program,
    file,
    { family: 'map-the-buffer', title: `${form.title} (add the unmap)`, isPreferred: false },
    [
      ...store.before,
      { start, end, newText },
      ...form.headers.flatMap((header) => includeChange(program, file, header)),
    ],
  );
}

// ---- the text

interface Form {
  readonly lines: readonly string[];
  readonly headers: readonly string[];
  readonly title: string;
}

function formsOf(
  { program, inventory }: FixContext,
  fn: FunctionRef,
  store: AddressStore,
  buffer: Buffer,
  leave: readonly string[],
  isDecided: boolean,
): Form[] {
  const { file } = fn;
  const { written } = store;
  const place = placeFor(program, fn, store);
  const headers = ['linux/dma-mapping.h'];
  const both = buffer.isDirectionKnown ? '' : ', in both directions';
  const forms: Form[] = [];
  const queue = queueCalls(program, fn, buffer, store.address.start);
  if (queue !== null) {
    const lines = inBlock(place, mapped(place, queue.map, queue.check, leave));
    forms.push({ lines, headers, title: `Map the buffer as its queue does and check the result${both}` });
  }
  const vdev = deviceInScope(program, fn, store.address.start);
  if (vdev === null) return forms;
  const device = `${vdev}->dev.parent`;
  const lines = mapped(
    place,
    `${buffer.callee}(${device}, ${buffer.memory}, ${buffer.direction})`,
    (name) => `dma_mapping_error(${device}, ${name})`,
    leave,
  );
  const always: Form = {
    lines: inBlock(place, lines),
    headers,
    title: `Map the buffer with the DMA API and check the result${both}`,
  };
  if (isDecided) return [...forms, always];
  const condition = ringCondition(inventory, program, file, vdev);
  if (condition !== null) {
    forms.push({
      lines: [`if (${condition.bypasses}) {`, indented(written), '} else {', ...lines.map(indented), '}'],
      headers: [...condition.headers, ...headers],
      title: `Map the buffer with the DMA API where the ring does, and check the result${both}`,
    });
  }
  return [...forms, { ...always, title: `${always.title}; for devices with ACCESS_PLATFORM alone` }];
}

/** The helpers of the core that map for a queue as the core itself does (since 6.6; other names since 6.18). */
const queueHelpers: readonly (readonly [string, string])[] = [
  ['virtqueue_map_single_attrs', 'virtqueue_map_mapping_error'],
  ['virtqueue_dma_map_single_attrs', 'virtqueue_dma_mapping_error'],
];

function queueCalls(
  program: Program,
  fn: FunctionRef,
  buffer: Buffer,
  at: number,
): { readonly map: string; readonly check: (name: string) => string } | null {
  const vq = buffer.callee === 'dma_map_single' ? queueInScope(program, fn, at) : null;
  const isThere = (name: string): boolean =>
    program.prototype(name, fn.file) !== null || program.functionsNamed(name, fn.file).length > 0;
  const [map, check] = queueHelpers.find((names) => names.every(isThere)) ?? [];
  if (vq === null || map === undefined || check === undefined) return null;
  return {
    map: `${map}(${vq}, ${buffer.memory}, ${buffer.direction}, 0)`,
    check: (name) => `${check}(${vq}, ${name})`,
  };
}

/** Where the DMA address is kept until it is stored. */
interface Place {
  readonly name: string;
  /** The variable that took the physical address; nothing is left to store then. */
  readonly isOwn: boolean;
  /** The statement with the DMA address in place of the physical one. */
  readonly stored: string;
}

function placeFor(program: Program, fn: FunctionRef, { variable, written, addressIn }: AddressStore): Place {
  const name = variable ?? freeName(program.textOf(fn.file, fn));
  const stored = written.slice(0, addressIn.start) + name + written.slice(addressIn.end);
  return { name, isOwn: variable !== null, stored };
}

function mapped(
  { name, isOwn, stored }: Place,
  call: string,
  failed: (name: string) => string,
  leave: readonly string[],
): string[] {
  const isLong = leave.length > 1;
  return [
    `${isOwn ? '' : 'dma_addr_t '}${name} = ${call};`,
    ...(isOwn ? [] : ['']),
    `if (${failed(name)})${isLong ? ' {' : ''}`,
    ...leave.map(indented),
    ...(isLong ? ['}'] : []),
    ...(isOwn ? [] : [stored]),
  ];
}

/** A declaration stands at the head of a block. */
function inBlock({ isOwn }: Place, lines: readonly string[]): readonly string[] {
  return isOwn ? lines : ['{', ...lines.map(indented), '}'];
}

/** Lines that the statement was broken into follow it. */
function indented(line: string): string {
  return line === '' ? '' : `\t${line.replaceAll('\n', '\n\t')}`;
}

function freeName(text: string): string {
  // A field of that name is in nobody's way.
  const taken = (name: string): boolean => new RegExp(`(?<!->|\\.)\\b${name}\\b`).test(text);
  return (
    ['addr', 'dma', 'dma_addr', 'mapped', 'mapped_addr'].find((name) => !taken(name)) ?? 'mapped_dma_addr'
  );
}
