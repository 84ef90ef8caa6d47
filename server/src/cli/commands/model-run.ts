/** `model run`: a stream of scenarios answered line by line, in constant memory and in their order. */
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { runScenario } from '../../model/index.js';
import { parseScenario } from '../../model/parse.js';
import { reasonOf } from '../../program/files/list-files.js';
import { errorLine, resultLine } from '../../report/model/json.js';
import { printable } from '../../report/style.js';
import type { Settings } from '../arguments.js';
import { type ExitStatus, exitStatus, InputError, UsageError } from '../failure.js';
import { openSink } from '../output.js';
import type { Io, Services } from '../services.js';
import type { Sink } from '../terminal.js';
import { type Line, linesOf, nameOfInput } from './model-lines.js';
import { Policies } from './model-policies.js';

export async function runScenarios(settings: Settings, io: Io, services: Services): Promise<ExitStatus> {
  const [file, extra] = settings.operands;
  if (file === undefined)
    throw new UsageError('name a FILE of scenarios, or - for standard input', 'model run');
  if (extra !== undefined) throw new UsageError(`one file at a time, not also '${extra}'`, 'model run');
  const name = nameOfInput(file);
  const answering = new Answering(name, new Policies(settings, io, services), io);
  const sink = openSink(settings, io);
  try {
    await answering.answer(chunksOf(file, io), sink);
    sink.close();
  } catch (error) {
    sink.discard();
    throw error;
  }
  if (answering.answered + answering.unread === 0)
    throw new InputError(`${name}: there is no scenario in it`);
  return answering.unread > 0 ? exitStatus.input : exitStatus.ok;
}

class Answering {
  answered = 0;
  /** Lines that are no scenario. */
  unread = 0;
  private readonly name: string;
  private readonly policies: Policies;
  private readonly io: Io;

  constructor(name: string, policies: Policies, io: Io) {
    this.name = name;
    this.policies = policies;
    this.io = io;
  }

  /** What came in one piece is answered in one piece: a program that waits for an answer gets it. */
  async answer(input: AsyncIterable<Uint8Array>, sink: Sink): Promise<void> {
    for await (const lines of linesOf(input)) {
      let out = '';
      for (const line of lines) out += await this.line(line);
      if (out !== '' && !sink.write(out)) return;
    }
  }

  private async line(line: Line): Promise<string> {
    if ('problem' in line) return this.complain(line.number, null, line.problem);
    if (line.text === '') return '';
    try {
      const scenario = parseScenario(line.text);
      const policy = await this.policies.named(scenario.policy);
      const answer = resultLine(runScenario(scenario, { policy }));
      this.answered += 1;
      return answer;
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof UsageError)) throw error;
      return this.complain(line.number, idOf(line.text), error.message);
    }
  }

  private complain(number: number, id: string | null, why: string): string {
    this.unread += 1;
    this.io.stderr.write(`vringside: ${printable(`${this.name}:${number}: ${why}`)}\n`);
    return errorLine(id, why);
  }
}

/** The id of a line that is no scenario, if it has one all the same. */
function idOf(text: string): string | null {
  try {
    const { id } = Object(JSON.parse(text)) as { readonly id?: unknown };
    return typeof id === 'string' ? id : null;
  } catch {
    return null;
  }
}

async function* chunksOf(file: string, io: Io): AsyncGenerator<Uint8Array> {
  const input: AsyncIterable<Uint8Array> =
    file === '-' ? io.stdin() : createReadStream(resolve(io.cwd, file), { highWaterMark: 1 << 16 });
  try {
    yield* input;
  } catch (error) {
    throw new InputError(`${nameOfInput(file)}: ${reasonOf(error)}`);
  }
}
