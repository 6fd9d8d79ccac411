import { createHash } from 'node:crypto';
import type { Summary } from '../domain/compaction.ts';
import type { PlanReport } from '../domain/context.ts';
import type { EventBody } from '../domain/events.ts';
import type { ToolSpec } from '../domain/agent.ts';
import type { JsonObject } from '../domain/json.ts';
import type { LedgerRow } from '../domain/ledger.ts';
import { blobById, insertBlob } from './blobs.ts';
import { compactionByNumber, toCompaction } from './compaction-queries.ts';
import type { Connection } from './database.ts';
import { argsOf, query } from './query.ts';
import { fromJson, toJson, toLedgerRow } from './records.ts';
import type { LedgerTable, RequestsTable } from './schema.ts';

/** Which messages of the transcript a request has, without naming each. */
export interface RequestSpan {
  /** The compaction whose summary it has; 0: none. */
  readonly summaryNumber: number;
  /** Results of tools up to this message are references. */
  readonly resultsThroughSeq: number;
  /** The oldest run of the past that it has; 0: none. Runs that were never answered are left out. */
  readonly firstRun: number;
  /** The run that it belongs to. */
  readonly lastRun: number;
  /** Its newest message. */
  readonly lastSeq: number;
}

/** What an attempt is about to send, kept so that the very request can be made again. */
export interface RequestRecord extends RequestSpan {
  readonly instructions: string;
  readonly tools: readonly ToolSpec[];
  readonly output: JsonObject | null;
  /**
   * Of a summariser: all that it is to read, in place of messages of the transcript; `firstRun` and `lastRun` are then
   * those that it reads of, 0 where they are another session's.
   */
  readonly prompt?: string;
  /** Hash of its messages. */
  readonly digest: string;
}

/** A request that was sent, with the summary that it had. */
export interface SentRequest extends RequestRecord {
  readonly row: LedgerRow;
  readonly plan: PlanReport;
  readonly summary: Summary | null;
}

const insertRequest = query<RequestsTable>()((db, arg) =>
  db
    .insertInto('requests')
    .values(
      argsOf(arg, [
        'row_id',
        'session_id',
        'started_event',
        'instructions',
        'tools',
        'output_schema',
        'prompt',
        'summary_number',
        'results_through_seq',
        'first_run',
        'last_run',
        'last_seq',
        'digest',
      ]),
    ),
);

interface KeptText {
  readonly blob_id: string;
  readonly media_type: string;
  readonly bytes: Uint8Array;
}

/** A request's record with its texts as blobs: made before the transaction that writes it. */
export interface EncodedRequest {
  readonly span: RequestSpan & Pick<RequestRecord, 'digest'>;
  readonly instructions: KeptText;
  readonly tools: KeptText | null;
  readonly output: KeptText | null;
  readonly prompt: KeptText | null;
}

function kept(text: string, media_type: string): KeptText {
  const bytes = Buffer.from(text);
  return { blob_id: createHash('sha256').update(bytes).digest('hex'), media_type, bytes };
}

/** Tools are long, and an agent's are the same list in request after request. */
const keptTools = new WeakMap<readonly ToolSpec[], KeptText>();

function toolsOf(tools: readonly ToolSpec[]): KeptText | null {
  if (tools.length === 0) return null;
  const text = keptTools.get(tools) ?? kept(toJson(tools), 'application/json');
  keptTools.set(tools, text);
  return text;
}

export function encodeRequest({ instructions, tools, output, prompt, ...span }: RequestRecord): EncodedRequest {
  return {
    span,
    instructions: kept(instructions, 'text/plain'),
    tools: toolsOf(tools),
    output: output === null ? null : kept(toJson(output), 'application/json'),
    prompt: prompt === undefined ? null : kept(prompt, 'text/plain'),
  };
}

/** @param startedEvent number of the attempt's `call.started`. */
export async function writeRequest(
  connection: Connection,
  { id, sessionId }: LedgerRow,
  { span, instructions, tools, output, prompt }: EncodedRequest,
  startedEvent: number,
): Promise<void> {
  // The same texts stand in request after request: they are there already.
  for (const text of [instructions, tools, output, prompt]) {
    if (text !== null) await connection.run(insertBlob, text);
  }
  await connection.run(insertRequest, {
    row_id: id,
    session_id: sessionId,
    started_event: startedEvent,
    instructions: instructions.blob_id,
    tools: tools?.blob_id ?? null,
    output_schema: output?.blob_id ?? null,
    prompt: prompt?.blob_id ?? null,
    summary_number: span.summaryNumber,
    results_through_seq: span.resultsThroughSeq,
    first_run: span.firstRun,
    last_run: span.lastRun,
    last_seq: span.lastSeq,
    digest: span.digest,
  });
}

/** Of a call, newest attempt first. */
const requestsOfCall = query<{ sessionId: string; callId: string }>()((db, arg) =>
  db
    .selectFrom('ledger')
    .innerJoin('requests', 'requests.row_id', 'ledger.row_id')
    .selectAll('ledger')
    .where('ledger.call_id', '=', arg('callId'))
    .where('ledger.session_id', '=', arg('sessionId'))
    .orderBy('ledger.attempt', 'desc'),
);

interface Before {
  readonly sessionId: string;
  readonly agent: string;
  readonly modelType: string;
  readonly startedAt: number;
  readonly callId: string;
}

/** The newest of the same kind that was sent before. */
const requestBefore = query<Before>()((db, arg) =>
  db
    .selectFrom('ledger')
    .innerJoin('requests', 'requests.row_id', 'ledger.row_id')
    .selectAll('ledger')
    .where('ledger.session_id', '=', arg('sessionId'))
    .where('ledger.agent', '=', arg('agent'))
    .where('ledger.model_type', '=', arg('modelType'))
    .where('ledger.started_at', '<=', arg('startedAt'))
    .where('ledger.call_id', '!=', arg('callId'))
    .orderBy('ledger.started_at', 'desc')
    .orderBy('ledger.row_id', 'desc')
    .limit(1),
);

const requestByRow = query<{ rowId: string }>()((db, arg) =>
  db
    .selectFrom('requests')
    .innerJoin('events', (join) =>
      join.onRef('events.session_id', '=', 'requests.session_id').onRef('events.id', '=', 'requests.started_event'),
    )
    .selectAll('requests')
    .select('events.body')
    .where('requests.row_id', '=', arg('rowId')),
);

/** The request of a call's attempt, or of its newest; `null`: nothing was sent, or before requests were kept. */
export async function readRequest(
  connection: Connection,
  { sessionId, callId, attempt }: { readonly sessionId: string; readonly callId: string; readonly attempt?: number },
): Promise<SentRequest | null> {
  const sent = await connection.all(requestsOfCall, { sessionId, callId });
  const record = attempt === undefined ? sent[0] : sent.find((one) => one.attempt === attempt);
  return record === undefined ? null : await read(connection, record);
}

/** The request of the call before that the same agent made for the same reason. */
export async function readRequestBefore(
  connection: Connection,
  { sessionId, agent, modelType, startedAt, callId }: LedgerRow,
): Promise<SentRequest | null> {
  const record = await connection.first(requestBefore, { sessionId, agent, modelType, startedAt, callId });
  return record === null ? null : await read(connection, record);
}

async function read(connection: Connection, ledger: LedgerTable): Promise<SentRequest | null> {
  const record = await connection.first(requestByRow, { rowId: ledger.row_id });
  const started = record === null ? null : fromJson<EventBody>(record.body);
  if (record === null || started?.type !== 'call.started') return null;
  const text = async (id: string | null): Promise<string | null> => {
    const blob = id === null ? null : await connection.first(blobById, { id });
    return blob === null ? null : Buffer.from(blob.bytes).toString('utf8');
  };
  const [instructions, tools, output, prompt] = [
    await text(record.instructions),
    await text(record.tools),
    await text(record.output_schema),
    await text(record.prompt),
  ];
  const { summary_number: number, session_id: sessionId } = record;
  const compaction = number === 0 ? null : await connection.first(compactionByNumber, { sessionId, number });
  return {
    row: toLedgerRow(ledger),
    plan: started.plan,
    summary: compaction === null ? null : toCompaction(compaction).summary,
    instructions: instructions ?? '',
    tools: tools === null ? [] : fromJson<ToolSpec[]>(tools),
    output: output === null ? null : fromJson<JsonObject>(output),
    ...(prompt === null ? {} : { prompt }),
    summaryNumber: number,
    resultsThroughSeq: record.results_through_seq,
    firstRun: record.first_run,
    lastRun: record.last_run,
    lastSeq: record.last_seq,
    digest: record.digest,
  };
}
