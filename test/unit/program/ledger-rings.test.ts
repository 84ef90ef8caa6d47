import { expect, it } from 'vitest';
import { Ledger } from '../../../server/src/program/ledger/ledger.js';

/**
 * What a body's conditions mean is filled in while it is asked, and asks what a field means; that is told from the conditions
 * of the bodies that store to it, this one among them.
 */
function ring() {
  const ledger = new Ledger(true);
  const texts = new Map([['deep', 1]]);
  const subject = {};
  const read = (): number => ledger.input('deep', '', () => texts.get('deep') ?? 0);
  const halved = (): number => ledger.answer('halved', '', () => Math.floor(read() / 2));
  const conditions = () => ledger.bag('conditions', subject, () => new Map<string, number>());
  const fill = (name: string, find: () => number): number => {
    const bag = conditions();
    const known = bag.contents.get(name);
    if (known !== undefined) return known;
    const found = bag.grow(find);
    conditions().contents.set(name, found);
    return found;
  };
  const own = (): number => fill('own', () => 10);
  const field = (): number => ledger.answer('field', '', () => own() + halved());
  const ask = (): number => own() + fill('by the field', () => field());
  const change = (value: number): void => {
    texts.set('deep', value);
    ledger.changed('deep');
  };
  return { ask, change, field };
}

it('a ring of answers is looked through once, and holds while nothing outside it changes', () => {
  const { ask, change } = ring();
  expect(ask()).toBe(20);
  change(0);
  expect(ask()).toBe(20);
});

it('a ring of answers follows a change outside it, from wherever it is asked', () => {
  const { ask, change, field } = ring();
  expect(ask()).toBe(20);
  change(4);
  expect(ask()).toBe(22);
  change(8);
  expect(field()).toBe(14);
  expect(ask()).toBe(24);
});
