/** What the secure-guest view and the extension say to each other. */
import type {
  DocumentPosition,
  MatrixParams,
  MatrixResult,
  ThroughputParams,
  ThroughputResult,
  TraceParams,
  TraceResult,
  WireLocation,
} from '../../../server/src/lsp/protocol.js';

/** From the view. A question carries the number its answer is to have. */
export type FromView =
  | { readonly kind: 'ready' }
  | { readonly kind: 'matrix'; readonly number: number; readonly params: MatrixParams }
  | { readonly kind: 'trace'; readonly number: number; readonly params: TraceParams }
  | { readonly kind: 'throughput'; readonly number: number; readonly params: ThroughputParams }
  | { readonly kind: 'open'; readonly location: WireLocation };

/** To the view. An answer without a result: the server gave none. */
export type ToView =
  /** The cursor stands there. */
  | { readonly kind: 'place'; readonly at: DocumentPosition }
  /** What an answer rests on may be another now. */
  | { readonly kind: 'changed' }
  /** A cell to be shown. */
  | { readonly kind: 'cell'; readonly cell: TraceParams }
  | { readonly kind: 'matrix'; readonly number: number; readonly result: MatrixResult | null }
  | { readonly kind: 'trace'; readonly number: number; readonly result: TraceResult | null }
  | { readonly kind: 'throughput'; readonly number: number; readonly result: ThroughputResult | null };

/** What the view keeps when it is hidden, and when the window is opened anew. */
export interface ViewState {
  readonly at: DocumentPosition | null;
  readonly isFollowing: boolean;
  /** Beside the tree's own. */
  readonly policies: readonly string[];
  readonly cell: { readonly platform: string; readonly device: string; readonly policy: string } | null;
  readonly sliders: {
    readonly deviceClass: 'blk' | 'net';
    readonly bytes: number;
    readonly depth: number;
    readonly queues: number;
    readonly poolSlots: number | null;
  };
}
