import type { ReactNode } from 'react';
import type { LedgerQuery } from '../../../src/client/inspect-api.ts';
import { sessionLedger } from './ledger-source.ts';
import type { ShownNumber } from './ledger-verdict.ts';
import { RowsDrawer } from './rows-drawer.tsx';

export interface LedgerDrawerProps {
  readonly sessionId: string;
  /** Which rows stand behind the number. */
  readonly query: LedgerQuery;
  readonly shown: ShownNumber;
  readonly onClose: () => void;
}

/**
 * The ledger rows behind a number of a session, and whether they add up to it.
 *
 * @example
 * <LedgerDrawer sessionId="s1" query={{ runId: 'r3' }} shown={{ label: 'Run 3', tokens: 12_410 }} onClose={close} />
 */
export function LedgerDrawer({ sessionId, query, shown, onClose }: LedgerDrawerProps): ReactNode {
  return <RowsDrawer source={sessionLedger(sessionId, query)} shown={shown} onClose={onClose} />;
}
