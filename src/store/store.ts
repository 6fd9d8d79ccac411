import type { ApiObjectStore } from './api-objects.ts';
import type { BlobStore } from './blob-store.ts';
import type { BudgetStore } from './budget-store.ts';
import type { CompactionStore } from './compaction-store.ts';
import type { EventStore } from './event-store.ts';
import type { InspectionStore } from './inspection-store.ts';
import type { LedgerStore } from './ledger-store.ts';
import type { WindowStore } from './model-windows.ts';
import type { RunStore } from './run-store.ts';
import type { SessionStore } from './session-store.ts';
import type { ToolListingStore } from './tool-listings.ts';

/**
 * What was said and spent. Every write but `startTool` is idempotent by id, so that a retry after a crash changes
 * nothing, and every method is one transaction.
 *
 * Methods throw `StoreUnavailable` when the database can't be reached or stays locked; nothing was written then.
 */
export interface Store
  extends
    SessionStore,
    RunStore,
    LedgerStore,
    CompactionStore,
    BudgetStore,
    EventStore,
    BlobStore,
    WindowStore,
    ToolListingStore,
    InspectionStore,
    ApiObjectStore {
  /** Brings the schema up to date; safe to call from several processes at once. */
  migrate(): Promise<void>;
  /** A cheap read that fails when the store can't answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export type { RequestRecord, RequestSpan, SentRequest } from './request-records.ts';
export type { ListedSession, SessionFilter, SessionRow, SessionStore } from './session-store.ts';
export type {
  RunRow,
  StoredMessage,
  NewMessage,
  HistoryRun,
  EarlierRuns,
  HistoryBounds,
  BuildResult,
  RunStore,
} from './run-store.ts';
export type { CompactionRow, CompactionStore } from './compaction-store.ts';
export type { StoredAnswer, EndedAttempt, Settlement, Refused, LedgerStore } from './ledger-store.ts';
export type { BudgetAudit, BudgetStore } from './budget-store.ts';
export type { CallStarted, EventStore } from './event-store.ts';
export type { BlobStore } from './blob-store.ts';
