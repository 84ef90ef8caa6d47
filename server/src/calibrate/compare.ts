/** A machine's figures beside the built-in ones. */
import type { CostParameters, MachineCosts, Parameter } from '../model/cost/index.js';
import { figureSpecs } from './figures.js';
import type { Figure, FigureKey, Profile } from './profile.js';

export interface ComparedFigure {
  readonly key: FigureKey;
  readonly title: string;
  /** Null: left out, for the reason. */
  readonly figure: Figure | null;
  readonly reason: string | null;
  /** Null: the model has no such parameter; the figure is only shown. */
  readonly builtin: Parameter | null;
  /** Where the median lies; null where there is nothing to compare. */
  readonly place: 'inside' | 'below' | 'above' | null;
}

export function compareFigures(profile: Profile, { machine }: CostParameters): readonly ComparedFigure[] {
  return figureSpecs.map(({ key, title }) => {
    const figure = profile.figures[key] ?? null;
    const builtin = parameterAt(machine, key);
    return {
      key,
      title,
      figure,
      reason: profile.leftOut.find((left) => left.figure === key)?.reason ?? null,
      builtin,
      place: figure === null || builtin === null ? null : placeOf(figure.median, builtin),
    };
  });
}

function placeOf(value: number, { low, high }: Parameter): 'inside' | 'below' | 'above' {
  if (value < low) return 'below';
  return value > high ? 'above' : 'inside';
}

function parameterAt(machine: MachineCosts, key: FigureKey): Parameter | null {
  switch (key) {
    case 'copyHotL1NsPerByte':
      return null;
    case 'rings.packed.streamNs':
      return machine.rings.packed.streamNs;
    case 'rings.packed.roundTripNs':
      return machine.rings.packed.roundTripNs;
    case 'rings.split.streamNs':
      return machine.rings.split.streamNs;
    case 'rings.split.roundTripNs':
      return machine.rings.split.roundTripNs;
    default:
      return machine[key];
  }
}
