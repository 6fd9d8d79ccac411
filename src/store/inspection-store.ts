import type { LedgerRow } from '../domain/ledger.ts';
import { emptyTotals, type Tally, type Totals } from '../domain/metrics.ts';
import { listCalls, type CallQuery, type ListedCall } from './call-list.ts';
import type { Database } from './database.ts';
import type { LedgerFilter } from './ledger-filter.ts';
import { listLedger, sumLedger, type LedgerPage } from './ledger-list.ts';
import { fromJson } from './records.ts';
import { readRequest, readRequestBefore, type SentRequest } from './request-records.ts';
import { sessionById } from './session-queries.ts';

/** What stands behind the figures. */
export interface InspectionStore {
  /** A page of the rows that a filter leaves, oldest first, with the sums over all of them. */
  ledgerPage(query: LedgerFilter & { readonly limit: number; readonly after?: string }): Promise<LedgerPage>;
  /** A session's spending as its rows give it and as its totals have it, from one moment. */
  books(sessionId: string): Promise<Books>;
  /** The newest calls, oldest first. */
  calls(query: CallQuery): Promise<readonly ListedCall[]>;
  /** What a call's attempt (its newest, where none is named) sent; `null`: nothing that is known. */
  sentRequest(query: {
    readonly sessionId: string;
    readonly callId: string;
    readonly attempt?: number;
  }): Promise<SentRequest | null>;
  /** What the same agent's call before this one, of the same model type, sent last; `null`: there is none. */
  sentBefore(row: LedgerRow): Promise<SentRequest | null>;
}

export interface Books {
  readonly totals: Totals;
  readonly tally: Tally;
  /** Rows in flight, estimated or lost. */
  readonly unsettled: number;
}

export function inspectionStore(database: Database): InspectionStore {
  const { builder } = database;
  return {
    ledgerPage: (query) => database.read((connection) => listLedger(connection, builder, query)),
    books: (sessionId) =>
      database.read(async (connection) => {
        const session = await connection.first(sessionById, { sessionId });
        const states = ['reserved', 'estimated', 'lost'] as const;
        const [all, unsettled] = [
          await sumLedger(connection, builder, { sessionId }),
          await sumLedger(connection, builder, { sessionId, states }),
        ];
        const totals = session === null ? emptyTotals : fromJson<Totals>(session.totals);
        return { totals, tally: all.tally, unsettled: unsettled.rowCount };
      }),
    calls: (query) => database.read((connection) => listCalls(connection, builder, query)),
    sentRequest: (query) => database.read((connection) => readRequest(connection, query)),
    sentBefore: (row) => database.read((connection) => readRequestBefore(connection, row)),
  };
}
