/** What a name means for secure guests: a decision function, a field it is kept in, a feature bit, a fact of the guest, a DMA call. */
import { dmaApi } from '@vringside/grammars/address-names';
import { featureMeanings } from '@vringside/grammars/feature-meanings';
import { featureBit } from '@vringside/grammars/feature-names';
import { guestPredicates } from '@vringside/grammars/guest-facts';
import { decisionFunctions, guardSteps } from '../../analysis/index.js';
import { entityAt, type NameAt } from '../../navigate/index.js';
import type { DocumentView } from '../view.js';
import { guardText, links, outcomeTable, reasons } from './hover-sites.js';
import { code, escaped, link } from './markdown.js';

/** Null for a name without a meaning of its own here. */
export function nameText(view: DocumentView, at: NameAt): string | null {
  const { name } = at;
  return (
    decisionText(view, name) ??
    featureText(view, name) ??
    predicateText(name) ??
    mappingText(name) ??
    fieldText(view, at)
  );
}

function decisionText(view: DocumentView, name: string): string | null {
  const decision = decisionFunctions(view.inventory.resolver).find(({ ref }) => ref.name === name);
  if (decision === undefined) return null;
  const { atoms } = view.inventory.resolver;
  const { formula, ref } = decision;
  const { resolver } = view.inventory;
  const via = guardSteps(resolver, resolver.returnsTrue(ref)?.via ?? []);
  const depending = view.report.sites.filter(({ guard }) =>
    guard?.via.some(({ text }) => text.includes(name)),
  );
  const own = view.report.sites.find(
    (site) => site.function === name && site.outcomes !== undefined && site.kind === 'dma_api_decision',
  );
  const guard = { written: '', resolved: atoms.toText(formula), words: atoms.toWords(formula), via };
  const truth = guardText(view, { ...guard, written: guard.resolved }, 'True');
  return [
    `**Decision function** · chooses DMA API (true) or bypass (false)`,
    truth,
    outcomeTable(own?.outcomes ?? []),
    own === undefined ? '' : reasons(own.outcomes ?? []),
    depending.length === 0 ? '' : `${depending.length} sites of the open files depend on it`,
    own === undefined ? '' : links(view, own),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function featureText(view: DocumentView, name: string): string | null {
  if (!featureBit.test(name)) return null;
  const meaning = featureMeanings[name];
  const uses = view.sites.filter(({ feature }) => feature === name);
  const value = view.program.enumerator(name, view.file) ?? view.program.macro(name, view.file)[0] ?? null;
  const place =
    value === null
      ? ''
      : `defined in ${link(`${value.file}:${view.program.lineOf(value.file, value.start)}`, `${view.uriOf(value.file)}#L${view.program.lineOf(value.file, value.start)}`)}`;
  return [
    `**Feature bit** · ${code(name)}`,
    meaning === undefined ? '' : `${meaning.means}  \n${meaning.section}`,
    [place, uses.length === 0 ? '' : `${uses.length} ${uses.length === 1 ? 'site' : 'sites'} in this file`]
      .filter((part) => part !== '')
      .join(' · '),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function predicateText(name: string): string | null {
  const predicate = guestPredicates[name];
  if (predicate === undefined) return null;
  const argument = (text: string): string => escaped(text.replace('%', 'the attribute asked for'));
  return [
    `**Fact of the guest** · ${code(name)}`,
    `True: ${argument(predicate.holds)}. False: ${argument(predicate.fails)}. A guard keeps it as it is: what it answers depends on where the guest runs.`,
  ].join('\n\n');
}

/** What a DMA call does in a guest whose memory the device cannot read. */
const dmaMeanings: Readonly<Record<(typeof dmaApi)[string], string>> = {
  map: 'Gives the address by which the device reaches this memory. In a secure guest that is a slot of the bounce pool: what the device is to read is copied there now. It can fail, and must be checked with `dma_mapping_error()`.',
  unmap:
    'Ends the mapping. In a secure guest what the device wrote is copied out of the bounce pool now, and the slots are free again.',
  sync: 'Hands the memory from device to processor or back while it stays mapped. In a secure guest this copies; without it the two see different bytes.',
  error: 'Says whether a mapping failed: with bouncing it does when the pool is full.',
  limit:
    'The largest mapping there can be. Through swiotlb it is 256 KiB, less where the device asks for alignment.',
  device: 'The device whose DMA operations apply.',
  alloc:
    'Memory that device and processor share all the time; in a secure guest it is made shared once, and never bounced.',
  free: 'Gives coherent memory back; in a secure guest it is made private again.',
};

function mappingText(name: string): string | null {
  const does = dmaApi[name];
  return does === undefined ? null : `**DMA call** · ${code(name)}\n\n${dmaMeanings[does]}`;
}

/** A field that keeps a decision: `vq->use_dma_api`. */
function fieldText(view: DocumentView, name: NameAt): string | null {
  const found = entityAt(view.program, view.file, name.start);
  if (found?.entity.kind !== 'field') return null;
  const { record } = found.entity;
  const { resolver } = view.inventory;
  const truth = resolver.fieldTruth(record, name.name);
  if (truth === null || !resolver.atoms.hasFact(truth.formula)) return null;
  const words = resolver.atoms.toWords(truth.formula);
  const guard = { written: words, resolved: words, words, via: guardSteps(resolver, truth.via) };
  return [`**Kept decision** · ${code(`${record}.${name.name}`)}`, guardText(view, guard, 'True')].join(
    '\n\n',
  );
}
