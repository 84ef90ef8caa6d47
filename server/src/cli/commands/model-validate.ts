import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { reasonOf } from '../../program/files/list-files.js';
import { validationToJson, validationToSvg, validationToText } from '../../report/throughput/index.js';
import { bundledFigures } from '../../validation/bundled.js';
import { type Figures, TableError, validate } from '../../validation/index.js';
import type { Settings } from '../arguments.js';
import { type ExitStatus, exitStatus, InputError, UsageError } from '../failure.js';
import { deliver, targetOf } from '../output.js';
import type { Io } from '../services.js';
import { styleFor } from '../terminal.js';
import { costsOf } from './model-costs.js';

export function runValidate(settings: Settings, io: Io): ExitStatus {
  const [extra] = settings.operands;
  if (extra !== undefined) throw new UsageError(`'model validate' takes no '${extra}'`, 'model validate');
  const report = read(settings, io);
  switch (settings.format) {
    case 'json':
      deliver(validationToJson(report), settings, io);
      break;
    case 'svg':
      deliver(validationToSvg(report), settings, io);
      break;
    case 'html':
    case 'text': {
      const style = styleFor(settings.color, targetOf(settings, io), io.env);
      deliver(validationToText(report, { style, rows: settings.isQuiet ? 'none' : 'missed' }), settings, io);
    }
  }
  return exitStatus.ok;
}

function read(settings: Settings, io: Io): ReturnType<typeof validate> {
  const given = (settings.words.get('rows') ?? []).map((file) => figuresIn(file, io));
  try {
    return validate([...bundledFigures(), ...given], costsOf(settings, io));
  } catch (error) {
    if (error instanceof TableError) throw new InputError(error.message);
    throw error;
  }
}

function figuresIn(file: string, io: Io): Figures {
  try {
    return { file, text: readFileSync(resolve(io.cwd, file), 'utf8') };
  } catch (error) {
    throw new InputError(`${file}: ${reasonOf(error)}`);
  }
}
