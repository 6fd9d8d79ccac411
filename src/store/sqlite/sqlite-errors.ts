import { LoadlineError } from '../../domain/errors.ts';
import { StoreUnavailable } from '../errors.ts';

/** Primary result codes, https://www.sqlite.org/rescode.html. */
const busy = 5;
const locked = 6;
const readOnly = 8;
const ioError = 10;
const corrupt = 11;
const full = 13;
const cantOpen = 14;
const notADatabase = 26;

function resultCode(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return null;
  if (typeof error.errcode !== 'number') return null;
  return error.errcode & 0xff;
}

/** Another process has the lock; it may be free a moment later. */
export function isLocked(error: unknown): boolean {
  const code = resultCode(error);
  return code === busy || code === locked;
}

const elsewhere = 'or set LOADLINE_DATABASE_URL to another path';

/** What happened to the file and what a person can do; `null` of an error that is none of its. */
function adviceOn(code: number | null, path: string): string | null {
  switch (code) {
    case notADatabase:
      return `${path} is no SQLite database. Move that file away, ${elsewhere}.`;
    case readOnly:
      return `The database ${path} can't be written. Give this user the right to write the file and its folder, ${elsewhere}.`;
    case cantOpen:
      return `The database ${path} can't be opened. See that it is no folder and that this user may write there, ${elsewhere}.`;
    case corrupt:
      return `The database ${path} is damaged. Stop Loadline and restore a backup, or try \`sqlite3 ${path} .recover\`.`;
    case full:
      return `The disk of the database ${path} is full. Free some space.`;
    case ioError:
      return `The disk of the database ${path} fails to read or write. See the system's log.`;
    case busy:
    case locked:
      return `The database ${path} stayed locked by another process. See which one holds it, e.g. with \`fuser ${path}\`.`;
    default:
      return null;
  }
}

/**
 * The error of a transaction, none of which was written. Whatever ails the file may be mended while we run, and what
 * was to be stored is known nowhere else: it is `StoreUnavailable`, to be tried again. Other errors stay as they are.
 */
export function explain(error: unknown, path: string): unknown {
  const advice = adviceOn(resultCode(error), path);
  return advice === null ? error : new StoreUnavailable(`${advice} Nothing was written.`, { cause: error });
}

/** The error of opening a file: one that can't hold the store is a mistake in the configuration. */
export function explainOpening(error: unknown, path: string): unknown {
  const code = resultCode(error);
  if (code !== notADatabase && code !== readOnly && code !== cantOpen) return explain(error, path);
  return new LoadlineError('ConfigInvalid', adviceOn(code, path) ?? '', { path }, { cause: error });
}
