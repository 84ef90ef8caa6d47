/** The extension, as the view sees it: questions with answers, places to open, and a state that is kept. */
import type { FromView, ToView, ViewState } from '../src/secure-guest/messages.js';

declare function acquireVsCodeApi(): {
  postMessage(message: FromView): void;
  getState(): unknown;
  setState(state: ViewState): void;
};

type Question = Extract<FromView, { readonly number: number }>;
type QuestionKind = Question['kind'];
type ParamsOf<K extends QuestionKind> = Extract<Question, { readonly kind: K }>['params'];
type ResultOf<K extends QuestionKind> = Extract<
  ToView,
  { readonly kind: K; readonly number: number }
>['result'];

/** What is not an answer. */
export type Said = Exclude<ToView, { readonly number: number }>;

export class Host {
  private readonly api = acquireVsCodeApi();
  private readonly open = new Map<number, (result: never) => void>();
  private numbers = 0;

  constructor(onSaid: (said: Said) => void) {
    window.addEventListener('message', ({ data }: MessageEvent<ToView>) => {
      if (!('number' in data)) {
        onSaid(data);
        return;
      }
      this.open.get(data.number)?.(data.result as never);
      this.open.delete(data.number);
    });
  }

  ready(): void {
    this.api.postMessage({ kind: 'ready' });
  }

  ask<K extends QuestionKind>(kind: K, params: ParamsOf<K>): Promise<ResultOf<K>> {
    this.numbers += 1;
    const number = this.numbers;
    const answer = new Promise<ResultOf<K>>((resolve) => {
      this.open.set(number, resolve as (result: never) => void);
    });
    this.api.postMessage({ kind, number, params } as Question);
    return answer;
  }

  goTo(location: Extract<FromView, { readonly kind: 'open' }>['location']): void {
    this.api.postMessage({ kind: 'open', location });
  }

  /** Null where none was kept, or one of another shape. */
  get state(): ViewState | null {
    const kept = this.api.getState();
    return typeof kept === 'object' && kept !== null && 'sliders' in kept ? (kept as ViewState) : null;
  }

  keep(state: ViewState): void {
    this.api.setState(state);
  }
}

/** Of several questions under way, only the newest is answered. */
export class Latest {
  private number = 0;

  async of<T>(answer: Promise<T>, use: (result: T) => void): Promise<void> {
    this.number += 1;
    const { number } = this;
    const result = await answer;
    if (number === this.number) use(result);
  }
}
