/** The secure-guest view: matrix, film and throughput of the function at the editor's cursor. */
import type {
  DocumentPosition,
  MatrixCell,
  MatrixResult,
  TraceResult,
  TraceSource,
} from '../../server/src/lsp/protocol.js';
import type { ViewState } from '../src/secure-guest/messages.js';
import { h, on } from './dom.js';
import { filmView } from './film.js';
import { Host, Latest, type Said } from './host.js';
import { type CellKey, cellToShow, type MatrixView, matrixView } from './matrix.js';
import { blockSizes, firstLoad, type Load, throughputView } from './throughput.js';

class View {
  private readonly host = new Host((said) => this.hear(said));
  private readonly matrices = new Latest();
  private readonly traces = new Latest();
  private readonly rates = new Latest();

  private at: DocumentPosition | null = null;
  private isFollowing = true;
  private policies: readonly string[] = [];
  private cell: CellKey | null = null;
  private load: Load = firstLoad;
  private result: MatrixResult | null = null;
  private matrix: MatrixView | null = null;
  /** What the film shows, as it was answered. */
  private trace = '';

  private readonly head = h('header', { class: 'head' });
  private readonly grid = h('section', { class: 'grid', 'aria-label': 'Matrix' });
  private readonly film = h('div', { class: 'film-frame' });
  private readonly upper = h('div', { class: 'upper' }, this.grid, this.film);
  private readonly throughput;

  constructor(root: HTMLElement) {
    const kept = this.host.state;
    if (kept !== null) {
      this.at = kept.at;
      this.isFollowing = kept.isFollowing;
      this.policies = kept.policies;
      this.cell = kept.cell;
      this.load = kept.sliders;
    }
    this.throughput = throughputView(this.load, (load) => {
      this.load = load;
      this.keep();
      void this.askRates();
    });
    this.throughput.element.hidden = true;
    root.append(this.head, this.upper, this.throughput.element);
    this.showEmpty();
    this.host.ready();
    void this.askMatrix();
  }

  private hear(said: Said): void {
    switch (said.kind) {
      case 'place':
        if (this.isFollowing || this.at === null) this.follow(said.at);
        return;
      case 'changed':
        void this.askMatrix();
        return;
      case 'cell': {
        const { textDocument, position = { line: 0, character: 0 }, platform, device, policy } = said.cell;
        this.at = { textDocument, position };
        this.cell = { platform, device, policy };
        if (policy !== 'tree' && !this.policies.includes(policy)) this.policies = [...this.policies, policy];
        this.keep();
        void this.askMatrix();
      }
    }
  }

  private follow(at: DocumentPosition): void {
    const isShown = this.isInside(at);
    this.at = at;
    this.keep();
    if (!isShown) void this.askMatrix();
  }

  /** Whether the place is in the function that is shown already. */
  private isInside({ textDocument, position: { line } }: DocumentPosition): boolean {
    const range = this.result?.range ?? null;
    if (range === null || this.at?.textDocument.uri !== textDocument.uri) return false;
    return range.start.line <= line && line <= range.end.line;
  }

  // ---- questions

  private async askMatrix(): Promise<void> {
    if (this.at === null) return;
    const params = { ...this.at, policies: this.policies };
    if (this.result === null) this.showReading();
    await this.matrices.of(this.host.ask('matrix', params), (result) => this.showMatrix(result));
  }

  private async askTrace(): Promise<void> {
    const asked = this.asked();
    if (asked === null || this.at === null) return;
    const params = { ...asked, position: this.at.position };
    await this.traces.of(this.host.ask('trace', params), (result) => this.showTrace(result));
  }

  private async askRates(): Promise<void> {
    const asked = this.asked();
    if (asked === null) return;
    const { deviceClass, bytes, depth, queues, poolSlots } = this.load;
    const load = { deviceClass, depth, queues, poolSlots };
    const params = { ...asked, ...load, blockBytes: blockSizes[deviceClass], chosenBytes: bytes };
    await this.rates.of(this.host.ask('throughput', params), (result) => this.throughput.show(result));
  }

  private asked():
    | (Pick<MatrixCell, 'platform' | 'device' | 'policy'> & Pick<DocumentPosition, 'textDocument'>)
    | null {
    const cell = this.result === null ? null : cellToShow(this.result, this.cell);
    if (cell === null || this.at === null) return null;
    const { platform, device, policy } = cell;
    return { textDocument: this.at.textDocument, platform, device, policy };
  }

  // ---- what is shown

  private showEmpty(): void {
    this.head.replaceChildren(
      h('h1', {}, 'Secure-guest view'),
      h(
        'p',
        { class: 'title' },
        'Put the cursor into a function of a kernel tree: what becomes of its data in each kind of guest is shown here.',
      ),
    );
  }

  private showReading(): void {
    this.head.replaceChildren(
      h('h1', {}, 'Secure-guest view'),
      h('p', { class: 'title', role: 'status' }, 'Reading the tree…'),
    );
  }

  private showMatrix(result: MatrixResult | null): void {
    if (result === null) {
      if (this.result === null) this.showEmpty();
      return;
    }
    const isSame = JSON.stringify(result) === JSON.stringify(this.result);
    this.result = result;
    if (isSame) {
      void this.askTrace();
      return;
    }
    const hadFocus = this.grid.contains(document.activeElement);
    const cell = cellToShow(result, this.cell);
    this.matrix = matrixView(result, cell, (chosen) => this.choose(chosen));
    this.showHead(result);
    const columns = result.devices.length * result.policies.length;
    this.upper.classList.toggle('broad', columns > 4);
    this.upper.classList.toggle('broadest', columns > 6);
    this.grid.replaceChildren(this.matrix.element, legend(result));
    this.throughput.element.hidden = false;
    if (cell === null) return;
    this.matrix.select(cell, hadFocus);
    void this.askTrace();
    void this.askRates();
  }

  private choose({ platform, device, policy }: MatrixCell): void {
    this.cell = { platform, device, policy };
    this.keep();
    void this.askTrace();
    void this.askRates();
  }

  /** A run that is the same as before stays at its scene. */
  private showTrace(trace: TraceResult | null): void {
    const now = JSON.stringify(trace);
    if (now === this.trace) return;
    this.trace = now;
    if (trace === null) this.film.replaceChildren();
    else this.film.replaceChildren(filmView(trace, (source: TraceSource) => this.host.goTo(source.location)));
  }

  private showHead(result: MatrixResult): void {
    const name = result.function === '' ? result.file : `${result.function}()`;
    this.head.replaceChildren(
      h('h1', {}, name),
      h('p', { class: 'title' }, result.title),
      ...this.sites(result),
      h('div', { class: 'tools' }, this.pin(), ...this.policyTools(result)),
    );
  }

  /** Those that are run, each with its condition. */
  private sites({ sites }: MatrixResult): HTMLElement[] {
    const run = sites.filter(({ worst }) => worst !== null);
    if (run.length === 0) return [];
    const lines = run.map(({ location, title, when, category }) => {
      const condition = when ?? (category === 'bypass' ? 'always' : null);
      const line = location.range.start.line + 1;
      const link = h(
        'button',
        { type: 'button', class: 'link', 'aria-label': `Open line ${line}` },
        `line ${line}`,
      );
      on(link, 'click', () => this.host.goTo(location));
      return h('li', {}, link, ` ${title}`, condition === null ? null : `, ${condition}`);
    });
    return [h('ul', { class: 'sites' }, ...lines)];
  }

  private pin(): HTMLElement {
    const button = h(
      'button',
      {
        type: 'button',
        class: 'tool',
        'aria-pressed': String(!this.isFollowing),
        title: 'Stay with this function',
      },
      this.isFollowing ? 'pin' : 'pinned',
    );
    return on(button, 'click', () => {
      this.isFollowing = !this.isFollowing;
      this.keep();
      if (this.result !== null) this.showHead(this.result);
    });
  }

  private policyTools({ known }: MatrixResult): HTMLElement[] {
    const chips = this.policies.map((id) =>
      on(
        h(
          'button',
          { type: 'button', class: 'tool chip', 'aria-label': `Remove policy ${id}`, title: `Remove ${id}` },
          `${id} ×`,
        ),
        'click',
        () => this.compare(this.policies.filter((other) => other !== id)),
      ),
    );
    const options = known.policies
      .filter(({ id }) => !this.policies.includes(id))
      .map(({ id, name }) => h('option', { value: id, title: name }, id === name ? id : `${id}: ${name}`));
    const select = h(
      'select',
      { class: 'tool', 'aria-label': 'Compare with a policy' },
      h('option', { value: '' }, 'compare with…'),
      ...options,
    );
    on(select, 'change', () => select.value !== '' && this.compare([...this.policies, select.value]));
    return [...chips, select];
  }

  private compare(policies: readonly string[]): void {
    this.policies = policies;
    if (this.cell !== null && this.cell.policy !== 'tree' && !policies.includes(this.cell.policy)) {
      this.cell = { ...this.cell, policy: 'tree' };
    }
    this.keep();
    void this.askMatrix();
  }

  private keep(): void {
    const { at, isFollowing, policies, cell, load } = this;
    const state: ViewState = { at, isFollowing, policies, cell, sliders: load };
    this.host.keep(state);
  }
}

function legend(result: MatrixResult): HTMLElement {
  const met = result.outcomes.filter(({ id }) => result.cells.some(({ outcome }) => outcome === id));
  const hasOwn = new Set(result.cells.map(({ sites }) => sites.length > 0)).size === 2;
  const isHypothetical = result.cells.some((cell) => cell.isHypothetical);
  const entries = met.map(({ id, standing, title }) => [
    h('dt', { class: standing }, id === 'refused' ? '-E…' : id),
    h('dd', {}, title),
  ]);
  const own = hasOwn
    ? [
        h('dt', { class: 'faded' }, 'faded'),
        h('dd', {}, 'the function is not reached there; what becomes of the other data'),
      ]
    : [];
  const star = isHypothetical ? [h('dt', {}, '*'), h('dd', {}, 'no guest of that release ran there')] : [];
  return h('dl', { class: 'legend' }, ...entries.flat(), ...own, ...star);
}

const root = document.getElementById('view');
if (root !== null) new View(root);
