/** docs/model-validation.md with its pictures: the model's figures against everything measured that comes with the program. */
import { costParameters } from '../../server/src/model/cost/index.js';
import { type ValidationPage, validationPage } from '../../server/src/report/throughput/index.js';
import { bundledFigures } from '../../server/src/validation/bundled.js';
import { validate } from '../../server/src/validation/index.js';
import { note } from './generated-pages.js';

/** Pictures stand in a folder beside the page. */
export const validationFolder = 'model-validation';

const introduction = `How well [the estimates](throughput.md) are known: every figure that comes with the program beside what the model says of
it. \`vringside model validate\` prints the same; \`--rows FILE\` adds figures of your own. Figures and their sources are the
tables in \`server/data\`. A row marked *calibrates* is one the parameters are from, and decides nothing where a group has
others. Intervals of network ratios are wider by the 5 % that a single run may be off at either end.`;

export function validationDocs(): ValidationPage {
  const { markdown, plots } = validationPage(validate(bundledFigures(), costParameters), validationFolder);
  return { markdown: [note, '# How well the model is known', introduction, markdown].join('\n\n'), plots };
}
