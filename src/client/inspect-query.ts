import { LoadlineError } from '../domain/errors.ts';
import type { LedgerState } from '../domain/ledger.ts';

/** A page's size as it was asked for. */
export function pageLimit(
  asked: number | undefined,
  { usual, most }: { readonly usual: number; readonly most: number },
): number {
  if (asked === undefined) return usual;
  if (Number.isSafeInteger(asked) && asked > 0 && asked <= most) return asked;
  throw new LoadlineError('InvalidMessage', `limit must be an integer from 1 to ${most}, not ${String(asked)}`);
}

/** Rows of the ledger. */
export const rowsPage = { usual: 200, most: 2000 };

const ledgerStates: readonly LedgerState[] = ['reserved', 'settled', 'estimated', 'lost', 'released'];

export function statesOf(state: LedgerState | readonly LedgerState[] | undefined): readonly LedgerState[] | undefined {
  if (state === undefined) return undefined;
  const states = typeof state === 'string' ? [state] : state;
  const unknown = states.find((one) => !ledgerStates.includes(one));
  if (unknown === undefined) return states;
  throw new LoadlineError('InvalidMessage', `No row is ${unknown}; states are ${ledgerStates.join(', ')}`);
}
