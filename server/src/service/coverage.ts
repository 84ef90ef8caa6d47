/** How much of the analysed files was understood: the measure of a report that finds nothing. */
import { functionsIn, relevantFacts } from '../analysis/linkage.js';
import type { Program } from '../program/index.js';
import type { Coverage, NotAnalysed } from '../report/report.js';

/**
 * Counts each function once, by name and line, whatever the number of `#if` arms that define it. What outside functions
 * could not be read is listed too.
 */
export function coverageOf(
  program: Program,
  files: readonly string[],
): { readonly coverage: Coverage; readonly unclean: readonly NotAnalysed[] } {
  let functions = 0;
  let uncleanFunctions = 0;
  const unclean: NotAnalysed[] = [];
  for (const file of files) {
    for (const { at, reason } of relevantFacts(program, file).unclean) {
      unclean.push({ file, reason, line: program.positionOf(file, at).line });
    }
    const seen = new Set<string>();
    for (const fn of functionsIn(program, file)) {
      const line = program.positionOf(file, fn.nameSpan.start).line;
      const identity = `${fn.name}:${line}`;
      if (seen.has(identity)) continue;
      seen.add(identity);
      functions += 1;
      if (fn.unclean === null) continue;
      uncleanFunctions += 1;
      unclean.push({ file, reason: fn.unclean.reason, function: fn.name, line });
    }
  }
  return { coverage: { files: files.length, functions, clean: functions - uncleanFunctions }, unclean };
}
