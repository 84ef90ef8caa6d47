/** Throughput and the pool's fill for the guest of the chosen cell, with the load set by sliders. */
import type { PoolFill, ThroughputPoint, ThroughputResult } from '../../server/src/lsp/protocol.js';
import type { ViewState } from '../src/secure-guest/messages.js';
import { chartSvg } from './chart.js';
import { h, on, svg } from './dom.js';
import { countText, perSecondText, rangeText, rateText, sizeText } from './units.js';

export type Load = ViewState['sliders'];

export const firstLoad: Load = { deviceClass: 'blk', bytes: 65_536, depth: 32, queues: 1, poolSlots: null };

/** 512 B to 4 MiB; of packets up to what segmentation offload hands over. */
export const blockSizes: Readonly<Record<Load['deviceClass'], readonly number[]>> = {
  blk: powers(9, 22),
  net: [64, 256, 512, 1024, 1460, 4096, 9000, 16_384, 32_768, 65_536],
};
const depths = powers(0, 10);
const queueCounts = powers(0, 6);
/** 2 MiB to 2 GiB; the first is what the platform sets up by itself. */
const pools: readonly (number | null)[] = [null, ...powers(10, 20)];
const SLOT_BYTES = 2048;

function powers(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => 2 ** (from + i));
}

export interface ThroughputView {
  readonly element: HTMLElement;
  show(result: ThroughputResult | null): void;
}

export function throughputView(start: Load, onChange: (load: Load) => void): ThroughputView {
  let load = start;
  let shown: ThroughputResult | null = null;
  const title = h('p', { class: 'load' });
  const figures = h('div', { class: 'figures' });
  const controls = h('div', { class: 'controls' });

  const change = (more: Partial<Load>): void => {
    load = { ...load, ...more };
    onChange(load);
  };
  const layControls = (): void => {
    controls.replaceChildren(
      classChoice(load.deviceClass, (deviceClass) => {
        const sizes = blockSizes[deviceClass];
        const bytes = sizes.includes(load.bytes) ? load.bytes : (sizes.at(-1) ?? load.bytes);
        change({ deviceClass, bytes, depth: deviceClass === 'net' ? 256 : 32 });
        layControls();
      }),
      slider('block size', blockSizes[load.deviceClass], load.bytes, sizeText, (bytes) => change({ bytes })),
      slider('in flight', depths, load.depth, countText, (depth) => change({ depth })),
      slider('queues', queueCounts, load.queues, countText, (queues) => change({ queues })),
      slider('bounce pool', pools, load.poolSlots, poolText, (poolSlots) => change({ poolSlots })),
    );
  };
  layControls();

  return {
    element: h(
      'section',
      { class: 'throughput', 'aria-label': 'Throughput' },
      h('h2', {}, 'Throughput'),
      title,
      controls,
      figures,
    ),
    show(result) {
      shown = result;
      title.textContent = shown?.title ?? '';
      figures.replaceChildren(...(shown === null ? [] : figuresOf(shown, load)));
    },
  };
}

function poolText(slots: number | null): string {
  return slots === null ? 'default' : sizeText(slots * SLOT_BYTES);
}

// ---- controls

function classChoice(chosen: Load['deviceClass'], onChoose: (id: Load['deviceClass']) => void): HTMLElement {
  const button = (id: Load['deviceClass'], text: string): HTMLElement => {
    const input = h('input', { type: 'radio', name: 'class', value: id, checked: id === chosen });
    on(input, 'change', () => onChoose(id));
    return h('label', {}, input, text);
  };
  return h(
    'fieldset',
    { class: 'classes' },
    h('legend', {}, 'device'),
    button('blk', 'disk'),
    button('net', 'network'),
  );
}

function slider<T>(
  label: string,
  values: readonly T[],
  chosen: T,
  textOf: (value: T) => string,
  onChoose: (value: T) => void,
): HTMLElement {
  const at = Math.max(0, values.indexOf(chosen));
  const output = h('output', {}, textOf(chosen));
  const input = h('input', {
    type: 'range',
    min: 0,
    max: values.length - 1,
    step: 1,
    value: at,
    'aria-label': label,
    'aria-valuetext': textOf(chosen),
  });
  on(input, 'input', () => {
    const value = values[Number(input.value)] as T;
    output.textContent = textOf(value);
    input.setAttribute('aria-valuetext', textOf(value));
    onChoose(value);
  });
  return h('label', { class: 'slider' }, h('span', {}, label), input, output);
}

// ---- figures

function figuresOf(result: ThroughputResult, load: Load): HTMLElement[] {
  if (result.refusal !== null)
    return [h('p', { class: 'refusal' }, `Nothing gets through: ${result.refusal}`)];
  const chosen = result.points.find(({ blockBytes }) => blockBytes === load.bytes);
  return [
    ...(chosen === undefined ? [] : [summary(chosen)]),
    h('figure', { class: 'chart-frame' }, chartSvg(result, load.bytes)),
    ...(result.pool === null ? [] : [poolView(result.pool)]),
    ...(result.notes.length === 0 ? [] : [h('p', { class: 'notes' }, result.notes.join('; '))]),
    asTable(result),
  ];
}

function summary({ bytesPerSecond, requestsPerSecond, ratio, binding }: ThroughputPoint): HTMLElement {
  const fact = (label: string, value: string, more: string): HTMLElement =>
    h(
      'div',
      { class: 'fact' },
      h('dt', {}, label),
      h('dd', {}, h('strong', {}, value), h('small', {}, more)),
    );
  if (bytesPerSecond === null || requestsPerSecond === null) return h('dl', { class: 'summary' });
  const { low, mid, high } = bytesPerSecond;
  return h(
    'dl',
    { class: 'summary', 'aria-live': 'polite' },
    fact('throughput', rateText(mid), rangeText(rateText(low), rateText(high))),
    fact(
      'requests a second',
      perSecondText(requestsPerSecond.mid),
      rangeText(perSecondText(requestsPerSecond.low), perSecondText(requestsPerSecond.high)),
    ),
    ratio === null
      ? fact('of a plain guest', '1', 'it is one')
      : fact(
          'of a plain guest',
          `${ratio.mid.toFixed(2)}x`,
          rangeText(ratio.low.toFixed(2), ratio.high.toFixed(2)),
        ),
    fact('held back by', binding ?? 'nothing', ''),
  );
}

/** The pool as a bar: who asks for how much of it, and from where on it is tight. */
function poolView(pool: PoolFill): HTMLElement {
  const asked = pool.demands.reduce((sum, { slots }) => sum + slots, 0);
  const full = Math.max(pool.slots, asked);
  const x = (slots: number): number => (slots / full) * 720;
  let from = 0;
  const parts = pool.demands.map(({ what, slots }, i) => {
    const part = svg(
      'rect',
      { x: x(from), y: 4, width: Math.max(x(slots), 1), height: 18, class: `demand d${i + 1}` },
      svg('title', {}, `${what}: ${countText(slots)} slots`),
    );
    from += slots;
    return part;
  });
  const bar = svg(
    'svg',
    {
      viewBox: '0 0 720 26',
      class: 'pool',
      role: 'img',
      'aria-label': pool.why,
      preserveAspectRatio: 'none',
    },
    svg('rect', { x: 0, y: 4, width: 720, height: 18, class: 'beyond' }),
    svg('rect', { x: 0, y: 4, width: x(pool.slots), height: 18, class: 'room' }),
    ...parts,
    svg('path', { d: `M${x(pool.slots * (2 / 3))} 1V25`, class: 'tight' }),
    svg('path', { d: `M${Math.min(x(pool.slots), 719)} 0V26`, class: 'end' }),
  );
  const words = { fits: 'fits', tight: 'tight', fails: 'runs out' } as const;
  return h(
    'div',
    { class: `pool-frame ${pool.verdict}` },
    h(
      'p',
      {},
      h('strong', { class: 'pool-verdict' }, `Bounce pool: ${words[pool.verdict]}`),
      ` — ${pool.why} (${sizeText(pool.bytes)}, ${pool.origin})`,
    ),
    bar,
    h(
      'p',
      { class: 'falls' },
      pool.fallsOverAt.length === 0 ? '' : `It runs out at ${pool.fallsOverAt.join(', or ')}.`,
    ),
  );
}

function asTable({ points }: ThroughputResult): HTMLElement {
  const rows = points.map(({ blockBytes, bytesPerSecond, ratio, binding }) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, sizeText(blockBytes)),
      h('td', {}, bytesPerSecond === null ? '' : rateText(bytesPerSecond.low)),
      h('td', {}, bytesPerSecond === null ? '' : rateText(bytesPerSecond.mid)),
      h('td', {}, bytesPerSecond === null ? '' : rateText(bytesPerSecond.high)),
      h('td', {}, ratio === null ? '' : `${ratio.mid.toFixed(2)}x`),
      h('td', {}, binding ?? ''),
    ),
  );
  const heads = ['block size', 'at least', 'best guess', 'at most', 'of a plain guest', 'held back by'];
  return h(
    'details',
    { class: 'as-table' },
    h('summary', {}, 'the figures as a table'),
    h(
      'div',
      { class: 'scroll' },
      h(
        'table',
        {},
        h('thead', {}, h('tr', {}, ...heads.map((text) => h('th', { scope: 'col' }, text)))),
        h('tbody', {}, ...rows),
      ),
    ),
  );
}
