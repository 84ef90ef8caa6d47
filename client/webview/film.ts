/** A run as a film: the stage, the strip of scenes, and all there is to know about one of them. */
import type { TraceBytes, TraceResult, TraceScene, TraceSource } from '../../server/src/lsp/protocol.js';
import { type Child, h, on } from './dom.js';
import { sign } from './matrix.js';
import { scenesIn } from './situation.js';
import { type Shape, stageSvg } from './stage.js';

/** The scene that tells most: where something goes amiss, else what the device reads. */
export function sceneToShow(trace: TraceResult): number {
  const scenes = scenesIn(trace.phases);
  const amiss = scenes.findIndex((scene) => scene.isAmiss && scene.kind === 'read');
  const any = scenes.findIndex(({ isAmiss }) => isAmiss);
  const read = scenes.findIndex(({ kind }) => kind === 'read');
  return [amiss, any, read, 0].find((index) => index >= 0) ?? 0;
}

/** Below this the stage stands upright. */
const NARROW = 440;

export function filmView(trace: TraceResult, onOpen: (source: TraceSource) => void): HTMLElement {
  const scenes = scenesIn(trace.phases);
  const stage = h('div', { class: 'stage-frame' });
  const about = h('div', { class: 'about' });
  const count = h('span', { class: 'count', 'aria-live': 'polite' });
  const cards = scenes.map(card);
  let shown = -1;
  let shape: Shape = 'wide';
  // Again in the other shape when the panel is made narrow, or wide.
  const sizes = new ResizeObserver(([entry]) => {
    const next: Shape = (entry?.contentRect.width ?? 0) < NARROW ? 'tall' : 'wide';
    if (next === shape) return;
    shape = next;
    stage.replaceChildren(stageSvg(trace, shown, shape));
  });
  sizes.observe(stage);

  const show = (index: number, hasFocus: boolean): void => {
    const scene = scenes[index];
    if (scene === undefined || index === shown) return;
    shown = index;
    stage.replaceChildren(stageSvg(trace, index, shape));
    about.replaceChildren(...aboutScene(scene, onOpen));
    count.textContent = `scene ${index + 1} of ${scenes.length}`;
    for (const [i, element] of cards.entries()) {
      element.setAttribute('aria-selected', String(i === index));
      element.tabIndex = i === index ? 0 : -1;
    }
    const element = cards[index];
    if (hasFocus) element?.focus();
    // Within the strip alone: the page stays where it is.
    if (element !== undefined)
      strip.scrollLeft = element.offsetLeft - (strip.clientWidth - element.offsetWidth) / 2;
  };
  for (const [i, element] of cards.entries()) on(element, 'click', () => show(i, true));
  const strip = on(
    h(
      'div',
      {
        role: 'listbox',
        'aria-label': 'Scenes of the run',
        'aria-orientation': 'horizontal',
        class: 'strip',
      },
      ...groups(trace, cards),
    ),
    'keydown',
    (event) => {
      const to = keyTarget(event.key, shown, scenes.length);
      if (to === null) return;
      event.preventDefault();
      show(to, true);
    },
  );
  const turn = (by: number, label: string, text: string): HTMLElement =>
    on(h('button', { type: 'button', class: 'turn', 'aria-label': label }, text), 'click', () =>
      show(Math.min(Math.max(shown + by, 0), scenes.length - 1), false),
    );
  const element = h(
    'section',
    { class: 'film', 'aria-label': `Run: ${trace.title}` },
    verdict(trace),
    scenes.length === 0 ? null : stage,
    h('div', { class: 'turns' }, turn(-1, 'Scene before', '‹'), count, turn(1, 'Scene after', '›')),
    strip,
    about,
    facts(trace),
  );
  // Once it has a place: the strip scrolls.
  requestAnimationFrame(() => show(sceneToShow(trace), false));
  return element;
}

function keyTarget(key: string, at: number, count: number): number | null {
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowUp':
      return Math.max(0, at - 1);
    case 'ArrowRight':
    case 'ArrowDown':
      return Math.min(count - 1, at + 1);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}

function verdict(trace: TraceResult): HTMLElement {
  const word = trace.word === trace.outcome ? trace.word : `${trace.outcome} ${trace.word}`;
  return h(
    'header',
    { class: `verdict ${trace.standing}` },
    h('h2', {}, h('span', { class: 'pill' }, sign(trace.standing), word), ` ${trace.title}`),
    h('p', {}, trace.why),
    ...trace.notes.map((note) => h('p', {}, note)),
  );
}

function groups(trace: TraceResult, cards: readonly HTMLElement[]): HTMLElement[] {
  let next = 0;
  return trace.phases.map((phase) => {
    const own = cards.slice(next, next + phase.scenes.length);
    next += phase.scenes.length;
    return h(
      'div',
      { role: 'group', 'aria-label': phase.title, class: 'phase' },
      h(
        'div',
        { class: 'phase-title', 'aria-hidden': 'true', title: phase.note === '' ? null : phase.note },
        phase.title,
      ),
      h('div', { class: 'phase-cards', role: 'presentation' }, ...own),
    );
  });
}

function card(scene: TraceScene): HTMLElement {
  const wrong = scene.isAmiss ? ', goes amiss' : '';
  return h(
    'div',
    {
      role: 'option',
      tabindex: -1,
      'aria-selected': 'false',
      'aria-label': `${scene.actor} ${scene.title}${wrong}`,
      class: `card ${scene.actor}${scene.isAmiss ? ' amiss' : ''}`,
    },
    h('span', { class: 'actor' }, scene.actor),
    h('span', { class: 'what' }, scene.title),
  );
}

function aboutScene(scene: TraceScene, onOpen: (source: TraceSource) => void): Child[] & Node[] {
  return [
    h(
      'p',
      { class: 'scene' },
      h('strong', {}, `${scene.actor} ${scene.title}`),
      scene.detail === '' ? null : ` — ${scene.detail}`,
      scene.source === null ? null : ' ',
      scene.source === null ? null : place(scene.source, onOpen),
    ),
    bytesView(scene.bytes),
    stepsView(scene, onOpen),
  ].filter((part) => part !== null);
}

function place(source: TraceSource, onOpen: (source: TraceSource) => void): HTMLElement {
  return on(
    h('button', { type: 'button', class: 'link', title: 'Open in the editor' }, source.label),
    'click',
    () => onOpen(source),
  );
}

/** Lines of bytes; where a line differs from the one above it, the bytes say so. */
function bytesView(lines: readonly TraceBytes[]): HTMLElement | null {
  if (lines.length === 0) return null;
  const rows = lines.map(({ label, text }, i) => {
    const above = i === 0 ? null : (lines[i - 1]?.text.split(' ') ?? null);
    const bytes = text.split(' ').map((byte, k) => {
      const differs = above !== null && byte !== above[k];
      return h('span', { class: differs ? 'byte differs' : 'byte' }, byte);
    });
    return [h('dt', {}, label), h('dd', {}, ...bytes.flatMap((byte, k) => (k === 0 ? [byte] : [' ', byte])))];
  });
  return h('dl', { class: 'hex' }, ...rows.flat());
}

function stepsView(scene: TraceScene, onOpen: (source: TraceSource) => void): HTMLElement {
  const rows = scene.steps.map((step) =>
    h(
      'tr',
      { class: step.isAmiss ? 'amiss' : null },
      h('td', { class: 'number' }, String(step.number)),
      h('td', {}, step.what),
      h('td', { class: 'mono' }, step.address),
      h('td', { class: 'number' }, step.size === null ? '' : String(step.size)),
      h(
        'td',
        {},
        step.detail,
        step.source === null ? null : ' ',
        step.source === null ? null : place(step.source, onOpen),
      ),
    ),
  );
  const heads = ['step', 'what', 'address', 'bytes', ''].map((text) => h('th', { scope: 'col' }, text));
  return h(
    'details',
    { class: 'steps' },
    h('summary', {}, scene.steps.length === 1 ? '1 step' : `${scene.steps.length} steps`),
    h(
      'div',
      { class: 'scroll' },
      h('table', {}, h('thead', {}, h('tr', {}, ...heads)), h('tbody', {}, ...rows)),
    ),
  );
}

function facts(trace: TraceResult): HTMLElement {
  return h(
    'details',
    { class: 'facts' },
    h('summary', {}, 'the guest, and what was counted'),
    h('dl', {}, ...trace.facts.flatMap(([label, text]) => [h('dt', {}, label), h('dd', {}, text)])),
  );
}
