import { createContext, useContext } from 'react';
import type { LedgerQuery } from '../../../../src/client/inspect-api.ts';
import type { WaitingFor } from '../../../../src/domain/run.ts';
import type { ShownNumber } from '../../inspect/ledger-verdict.ts';
import type { ToolActivity } from '../live/live-state.ts';

/** What the parts of one session's page share. */
export interface SessionScene {
  readonly sessionId: string;
  readonly agent: string;
  readonly openLedger: (query: LedgerQuery, shown: ShownNumber) => void;
  readonly openRequest: (callId: string) => void;
  readonly tools: ReadonlyMap<string, ToolActivity>;
  readonly waitingFor: readonly WaitingFor[];
}

const SessionContext = createContext<SessionScene | null>(null);

export const SessionSceneProvider = SessionContext.Provider;

export function useScene(): SessionScene {
  const scene = useContext(SessionContext);
  if (scene === null) throw new Error('It is shown outside of a session');
  return scene;
}
