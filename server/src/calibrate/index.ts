/**
 * Calibration: what this machine's costs are, measured, and the cost parameters with them in their places. Reading a
 * profile from a file is in `read-profile.ts`, which brings the schema library.
 */
export { type CalibrateOptions, calibrate } from './calibrate.js';
export { type ComparedFigure, compareFigures } from './compare.js';
export { type FigureSpec, figureSpecs } from './figures.js';
export {
  type Figure,
  type FigureKey,
  type LeftOut,
  type MeasuredMachine,
  type Profile,
  type Progress,
  profileText,
} from './profile.js';
export { withProfile } from './with-profile.js';
