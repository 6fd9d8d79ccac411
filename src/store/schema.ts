import type { CompactionCause } from '../domain/compaction.ts';
import type { BudgetScope, BudgetUnit, BudgetWindow } from '../domain/budget.ts';
import type { LedgerState } from '../domain/ledger.ts';
import type { Role } from '../domain/messages.ts';
import type { FinishReason } from '../domain/run.ts';
import type { SessionStatus } from '../domain/session.ts';
import type { RunRow } from './store.ts';
import type { Generated } from 'kysely';

/** JSON as text; who reads it knows its type. */
type JsonText = string;
/** 0 or 1. */
type Flag = number;

export interface SessionsTable {
  session_id: string;
  agent: string;
  user: string | null;
  tenant: string | null;
  status: SessionStatus;
  metadata: JsonText | null;
  created_at: string;
  updated_at: string;
  closed_at: string | null;
  closed_reason: string | null;
  totals: JsonText;
  /** Of a team: apart from the totals, which the workflow carries. */
  members: JsonText | null;
  context_tokens: number;
  context_window: number | null;
  /** What the next request's count may start from. */
  context_anchor: JsonText | null;
  /** A list of the names of the levels that stand fired. */
  thresholds_fired: JsonText;
  /** The last numbers given in this session: its row is what all its transactions meet at. */
  last_run: number;
  /** Runs of members have numbers of their own: -1, -2, -3, … */
  member_runs: number;
  runs_ended: number;
  last_seq: number;
  last_event: number;
  /** The compaction whose summary is in force; 0: none. */
  summary_number: number;
  /** Runs up to this one are in the summary. */
  through_run: number;
  /** Results of tools up to this message are shown as references. */
  results_through_seq: number;
  /** The session that this one carries on. */
  continues: string | null;
  /** A list of what its runs wait for. */
  waiting_for: JsonText;
}

export interface RunsTable {
  session_id: string;
  run_id: string;
  message_id: string;
  agent: string;
  number: number;
  status: RunRow['status'];
  started_at: string;
  updated_at: string;
  ended_at: string | null;
  totals: JsonText;
  time_to_first_token_ms: number | null;
  /** Of its messages, so that history is chosen without reading them. */
  tokens: number;
  result: JsonText | null;
  /** Of a member's run: its leader's. */
  parent_run_id: string | null;
  /** In a team: the run of the message. */
  root_run_id: string | null;
  /** Of a member's run: the names of those that lead to it, and its own, with `/` between them. */
  member: string | null;
  /** What the run and those below it have taken of its limits. */
  calls_taken: number;
  tools_asked: number;
  /** What their calls in flight may come to. */
  reserved_tokens: number;
  reserved_nano_usd: number;
}

export interface MessagesTable {
  session_id: string;
  message_id: string;
  seq: number;
  run_id: string;
  run_number: number;
  role: Role;
  agent: string | null;
  parts: JsonText;
  tokens: number;
  created_at: string;
  metrics: JsonText | null;
  /** Of a tool that was executed. */
  duration_ms: number | null;
}

export interface CompactionsTable {
  compaction_id: string;
  session_id: string;
  number: number;
  run_id: string | null;
  cause: CompactionCause;
  at: string;
  /** `null`: only results of tools became references. */
  text: string | null;
  tokens: number;
  model: string | null;
  first_seq: number;
  last_seq: number;
  through_run: number;
  /** Runs that the summary took in. */
  runs: number;
  /** Results that became references. */
  results: number;
  tokens_before: number;
  tokens_after: number;
}

/** An attempt of a tool call that has started. */
export interface ToolAttemptsTable {
  session_id: string;
  call_id: string;
  /** 1, 2, 3, … within the call. */
  attempt: number;
  /** It failed, and may be tried again. 0: it is at work, has given the result, or nobody knows what it did. */
  failed: Flag;
  /** ISO 8601; `null`: before it was kept. */
  started_at: string | null;
}

/** SQLite's full-text index over what messages say. */
export interface MessageTextsTable {
  session_key: string;
  text: string;
  seq: number;
}

export interface CallsTable {
  call_id: string;
  session_id: string;
  run_id: string | null;
  row_id: string;
  text: string;
  finish_reason: FinishReason;
  /** Empty: the answer is no message of the transcript. */
  message_id: string;
  context_tokens: number;
  tool_calls: JsonText;
  ends_run: Flag;
}

export interface LedgerTable {
  row_id: string;
  session_id: string;
  run_id: string | null;
  call_id: string;
  attempt: number;
  agent: string;
  user: string | null;
  tenant: string | null;
  provider: string;
  model: string;
  model_type: string;
  simulated: Flag;
  state: LedgerState;
  reserved_input_tokens: number;
  reserved_output_tokens: number;
  reserved_cost_nano_usd: number | null;
  estimated_input_tokens: number | null;
  input: number | null;
  cache_read: number | null;
  cache_write_5m: number | null;
  cache_write_1h: number | null;
  audio_input: number | null;
  output: number | null;
  reasoning: number | null;
  audio_output: number | null;
  cost_nano_usd: number | null;
  /** What the same tokens would have cost without the provider's prompt cache, less their cost. */
  cache_saved_nano_usd: number | null;
  answered: Flag;
  /** Spent before anybody asked a budget. */
  unreserved: Flag;
  error: string | null;
  started_at: number;
  ended_at: number | null;
  duration_ms: number | null;
  time_to_first_token_ms: number | null;
  price_date: string;
  provider_metrics: JsonText | null;
  /** How the attempt settled itself; `null` while nobody but others judged it. */
  settled_as: 'settled' | 'estimated' | null;
  lease_until: number;
  task_token: string;
  pid: number;
  boot_id: string;
}

/** What an attempt sent. */
export interface RequestsTable {
  row_id: string;
  session_id: string;
  /** The number of its `call.started`, which has the plan. */
  started_event: number;
  /** Ids of blobs. */
  instructions: string;
  tools: string | null;
  output_schema: string | null;
  /** Of a summariser: all that it is to read, in place of messages of the transcript. */
  prompt: string | null;
  /** The compaction whose summary it has; 0: none. */
  summary_number: number;
  /** Results of tools up to this message are references. */
  results_through_seq: number;
  /** The oldest run of the past in it and the newest run; of a summariser those that it reads of. 0: none. */
  first_run: number;
  last_run: number;
  /** The newest message that it has. */
  last_seq: number;
  /** Of its messages as they were sent. */
  digest: string;
}

export interface EventsTable {
  session_id: string;
  id: number;
  run_id: string | null;
  agent: string | null;
  at: string;
  body: JsonText;
  /** Of events that no row makes idempotent. */
  once_key: string | null;
}

export interface DeltasTable {
  id: Generated<number>;
  session_id: string;
  call_id: string;
  attempt: number;
  type: string;
  offset: number;
  written_at: number;
  body: JsonText;
}

export interface BudgetsTable {
  budget_id: string;
  scope: BudgetScope;
  key: string;
  window: BudgetWindow;
  unit: BudgetUnit;
  time_zone: string;
  window_start: string | null;
  window_end: string | null;
  /** As it was at the last reservation. */
  limit: number;
  /** Millionths of the limit. */
  warn_at_ppm: number | null;
  spent: number;
  reserved: number;
  /** The part of what is spent that nobody reserved. */
  unreserved: number;
  warned: Flag;
}

export interface ClaimsTable {
  row_id: string;
  budget_id: string;
  unit: BudgetUnit;
}

export interface BudgetRaisesTable {
  raise_id: string;
}

export interface BudgetRulesTable {
  scope: BudgetScope;
  window: BudgetWindow;
  unit: BudgetUnit;
  time_zone: string;
  limit: number;
  warn_at_ppm: number | null;
}

export interface BudgetOverridesTable {
  scope: BudgetScope;
  /** Empty: of every key. */
  key: string;
  window: BudgetWindow;
  unit: BudgetUnit;
  time_zone: string;
  /** Empty: in every window. */
  window_start: string;
  limit: number;
}

export interface BlobsTable {
  blob_id: string;
  media_type: string;
  bytes: Uint8Array;
}

export interface ModelWindowsTable {
  /** `provider/model`. */
  model: string;
  window: number;
  source: 'error' | 'truncation';
  learnt_at: number;
}

/** Tools of MCP servers as a session's requests carry them. */
export interface ToolListingsTable {
  session_id: string;
  agent: string;
  /** What they were listed for. */
  state: string;
  tools: JsonText;
}

/** What clients of other APIs made and name by its id: responses and conversations of OpenAI's. */
export interface ApiObjectsTable {
  object_id: string;
  /** May be one that has not been started yet. */
  session_id: string;
  tenant: string | null;
  created_at: string;
  body: JsonText;
}

export interface MigrationsTable {
  number: number;
  name: string;
}

export interface Schema {
  sessions: SessionsTable;
  runs: RunsTable;
  messages: MessagesTable;
  calls: CallsTable;
  compactions: CompactionsTable;
  tool_attempts: ToolAttemptsTable;
  message_texts: MessageTextsTable;
  ledger: LedgerTable;
  requests: RequestsTable;
  events: EventsTable;
  deltas: DeltasTable;
  blobs: BlobsTable;
  budgets: BudgetsTable;
  claims: ClaimsTable;
  budget_overrides: BudgetOverridesTable;
  budget_rules: BudgetRulesTable;
  budget_raises: BudgetRaisesTable;
  model_windows: ModelWindowsTable;
  tool_listings: ToolListingsTable;
  api_objects: ApiObjectsTable;
  migrations: MigrationsTable;
}
