import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { type ChunkFacts, createKernelParser } from '../../../server/src/syntax/index.js';

const code = (number: number): string => `
#if defined(CONFIG_OF_NUMBER_${number}) && IS_ENABLED(CONFIG_MORE_OF_NUMBER_${number})
struct structure_of_number_${number} {
	struct another_structure_${number} *the_field_of_number_${number};
	DECLARE_FLEX_ARRAY(struct third_structure_${number}, the_array_of_number_${number});
};
#endif
static int the_function_of_number_${number}(struct structure_of_number_${number} *parameter_of_number_${number})
{
	typeof_the_number_${number} *local_of_number_${number} = &parameter_of_number_${number}->the_field_of_number_${number};

	list_for_each_entry_of_number_${number}(local_of_number_${number}, &the_list_of_number_${number}, member)
		call_of_number_${number}("text of number ${number}", sizeof(struct third_structure_${number}));
#ifdef CONFIG_THIRD_OF_NUMBER_${number}
	return CONSTANT_OF_NUMBER_${number};
#endif
}
DEFINE_OF_NUMBER_${number}(the_variable_of_number_${number});
#define MACRO_OF_NUMBER_${number}(argument) (the_function_of_number_${number}(argument) + 10000000000000ULL)
#include <linux/header_of_number_${number}.h>
`;

it('facts hold nothing of the text they were read from', async () => {
  const parser = await createKernelParser();
  const kept: ChunkFacts[] = [];
  const readOne = (number: number): void => {
    // So long that a few of them would be most of what there is.
    const file = parser.outline('a.c', `/*${' '.repeat(4_000_000)}*/${code(number)}`);
    for (const chunk of file.chunks) kept.push(parser.facts(file, chunk));
  };
  readOne(0);
  const before = used();
  for (let number = 1; number <= 8; number++) readOne(number);
  expect(kept.length).toBeGreaterThan(8 * 5);
  expect(used() - before).toBeLessThan(10_000_000);
}, 60_000);

/** Bytes of what is reachable. */
function used(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
