/** What the requests of the secure-guest view are answered from. */
import type { OutcomeChoice } from '../../service/outcomes.js';
import type { View } from '../../session/index.js';
import type { Range } from '../../text/span.js';
import type { WireLocation } from '../protocol.js';

export interface RequestView extends View {
  /** As the session was opened with. */
  readonly outcomes?: OutcomeChoice;
  /** A range of a file of the tree, as the client counts. */
  readonly location: (file: string, range: Range) => WireLocation;
}
