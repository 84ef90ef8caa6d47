/** Call hierarchy: items of the core as items of the protocol. What an item means travels with it. */
import {
  type CallHierarchyIncomingCall,
  type CallHierarchyItem,
  type CallHierarchyOutgoingCall,
  SymbolKind,
} from 'vscode-languageserver/node';
import {
  type CallItem,
  type CallNode,
  callRoots,
  incomingCalls,
  outgoingCalls,
} from '../../../navigate/index.js';
import type { WirePosition } from '../../protocol.js';
import type { DocumentView } from '../../view.js';
import { indexOf } from './places.js';

/** Of an item, as the client gives it back. */
interface ItemData {
  readonly node: CallNode;
  /** The file of the item, relative to the tree. */
  readonly file: string;
  /** The document the hierarchy was opened in: its view answers, also for files that are not open. */
  readonly from: string;
}

const kinds: Readonly<Record<CallItem['sort'], SymbolKind>> = {
  function: SymbolKind.Function,
  slot: SymbolKind.Interface,
  site: SymbolKind.Event,
  macro: SymbolKind.Constant,
  entry: SymbolKind.Module,
};

export function callItemsAt(view: DocumentView, position: WirePosition): CallHierarchyItem[] | null {
  const roots = callRoots(wholeIndex(view), view.file, view.positions.offsetOf(position));
  return roots.length === 0 ? null : roots.map((item) => wireItem(view, item, view.uri));
}

export function incomingOf(view: DocumentView, item: CallHierarchyItem): CallHierarchyIncomingCall[] {
  const data = dataOf(item);
  if (data === null) return [];
  return incomingCalls(wholeIndex(view), data.node).map(({ item: caller, at }) => ({
    from: wireItem(view, caller, data.from),
    fromRanges: at.map((span) => view.positionsIn(caller.file).ofSpan(span)),
  }));
}

export function outgoingOf(view: DocumentView, item: CallHierarchyItem): CallHierarchyOutgoingCall[] {
  const data = dataOf(item);
  if (data === null) return [];
  return outgoingCalls(indexOf(view), data.node).map(({ item: callee, at }) => ({
    to: wireItem(view, callee, data.from),
    fromRanges: at.map((span) => view.positionsIn(data.file).ofSpan(span)),
  }));
}

/** Null for an item that is none of ours. */
export function dataOf({ data }: CallHierarchyItem): ItemData | null {
  const given = data as Partial<ItemData> | undefined;
  return given?.node === undefined || given.from === undefined || given.file === undefined
    ? null
    : { node: given.node, from: given.from, file: given.file };
}

function wireItem(view: DocumentView, item: CallItem, from: string): CallHierarchyItem {
  const { node, sort, name, detail, file, span, nameSpan } = item;
  const positions = view.positionsIn(file);
  const data: ItemData = { node, file, from };
  return {
    name,
    kind: kinds[sort],
    detail,
    uri: view.uriOf(file),
    range: positions.ofSpan(span),
    selectionRange: positions.ofSpan(nameSpan),
    data,
  };
}

function wholeIndex(view: DocumentView): Parameters<typeof callRoots>[0] {
  return { ...indexOf(view), inventory: view.inventory };
}
