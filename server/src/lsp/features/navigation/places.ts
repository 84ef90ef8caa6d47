/** Definition, declaration, implementation and references: places of the core as locations of the protocol. */
import type { Location, LocationLink } from 'vscode-languageserver/node';
import {
  declarationsOf,
  definitionsAt,
  type EntityAt,
  entityAt,
  implementationsOf,
  referencesTo,
  type Target,
} from '../../../navigate/index.js';
import type { Span } from '../../../text/span.js';
import type { WirePosition } from '../../protocol.js';
import type { DocumentView } from '../../view.js';

export type Places = Location[] | LocationLink[] | null;

/** Null where the reader's C tools know better. */
export function definitionOf(view: DocumentView, position: WirePosition): Places {
  const found = definitionsAt(indexOf(view), view.file, view.positions.offsetOf(position));
  return found === null ? null : placesOf(view, found.at, found.targets);
}

export function declarationOf(view: DocumentView, position: WirePosition): Places {
  return askedOf(view, position, (at) => declarationsOf(indexOf(view), view.file, at.entity));
}

/** What a call through a function pointer may reach. */
export function implementationOf(view: DocumentView, position: WirePosition): Places {
  return askedOf(view, position, (at) => implementationsOf(indexOf(view), at.entity));
}

export function referencesOf(
  view: DocumentView,
  position: WirePosition,
  isWithDeclaration: boolean,
): Location[] | null {
  const at = entityAt(view.program, view.file, view.positions.offsetOf(position));
  if (at === null || at.entity.kind === 'local') return null;
  const question = { file: view.file, entity: at.entity, isWithDeclaration };
  return referencesTo({ ...indexOf(view), inventory: view.inventory }, question).map(({ file, ...span }) =>
    locationOf(view, file, span),
  );
}

export function indexOf({ program, inventory }: DocumentView): Parameters<typeof definitionsAt>[0] {
  return { program, resolver: inventory.resolver };
}

export function locationOf(view: DocumentView, file: string, span: Span): Location {
  return { uri: view.uriOf(file), range: view.positionsIn(file).ofSpan(span) };
}

function askedOf(
  view: DocumentView,
  position: WirePosition,
  give: (at: EntityAt) => readonly Target[],
): Places {
  const at = entityAt(view.program, view.file, view.positions.offsetOf(position));
  const targets = at === null ? [] : give(at);
  return at === null || targets.length === 0 ? null : placesOf(view, at, targets);
}

function placesOf(view: DocumentView, at: EntityAt, targets: readonly Target[]): Places {
  if (!view.client.locationLinks) return targets.map(({ file, name }) => locationOf(view, file, name));
  const originSelectionRange = view.positions.ofSpan(at.name);
  return targets.map(({ file, span, name }) => ({
    originSelectionRange,
    targetUri: view.uriOf(file),
    targetRange: view.positionsIn(file).ofSpan(span),
    targetSelectionRange: view.positionsIn(file).ofSpan(name),
  }));
}
