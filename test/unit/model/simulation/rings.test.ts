import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ringState } from '../../../../server/src/model/simulation/queue/ring-state.js';
import { pairOf } from '../virtqueue/support.js';

type Step =
  | 'add'
  | 'kick?'
  | 'serve'
  | 'push'
  | 'interrupt?'
  | 'take'
  | 'sleep'
  | 'wake'
  | 'quiet'
  | 'listen';

const steps = fc.array(
  fc.constantFrom<Step>(
    'add',
    'add',
    'kick?',
    'serve',
    'push',
    'interrupt?',
    'take',
    'sleep',
    'wake',
    'quiet',
    'listen',
  ),
  { minLength: 1, maxLength: 300, size: 'max' },
);

const buffer = { address: 1 << 20, bytes: 64, deviceWrites: false };

describe('what both ends know of notifications', () => {
  it.each(['split', 'packed'] as const)('is what a %s ring in memory says', (layout) => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.constantFrom(4, 8, 32),
        fc.integer({ min: 1, max: 3 }),
        steps,
        (eventIdx, size, buffers, list) => {
          const { ring: driver, queue: device } = pairOf(layout, size, { eventIdx });
          const state = ringState(layout, size, eventIdx);
          const popped: number[] = [];
          for (const step of list) {
            switch (step) {
              case 'add':
                if (driver.freeDescriptors < buffers) break;
                driver.add(Array(buffers).fill(buffer), 0);
                state.add(buffers);
                break;
              case 'kick?':
                expect(state.kickNeeded()).toBe(driver.kickNeeded());
                break;
              case 'serve': {
                const chain = device.pop();
                if (chain.kind !== 'chain') break;
                state.pop(buffers);
                popped.push(chain.head);
                break;
              }
              case 'push': {
                const head = popped.shift();
                if (head === undefined) break;
                device.push(head, 0);
                state.push(buffers);
                break;
              }
              case 'interrupt?':
                expect(state.interruptNeeded()).toBe(device.interruptNeeded());
                break;
              case 'take':
                if (driver.takeUsed() !== null) state.take(buffers);
                break;
              case 'sleep':
                // A device asks for kicks when it has taken all there is.
                if (device.pop().kind !== 'empty') return;
                device.enableKicks();
                state.enableKicks();
                break;
              case 'wake':
                device.disableKicks();
                state.disableKicks();
                break;
              case 'quiet':
                if (driver.interrupted()) state.interrupted();
                driver.disableInterrupts();
                state.disableInterrupts();
                break;
              case 'listen':
                driver.enableInterrupts();
                state.enableInterrupts();
            }
          }
        },
      ),
      { numRuns: 300, seed: 3 },
    );
  });
});
