import type { LedgerRow } from '../domain/ledger.ts';
import type { RunResult } from '../domain/run.ts';
import type { Connection } from './database.ts';
import { answerOfCall, insertAnswer } from './ledger-queries.ts';
import { fromJson, toJson } from './records.ts';
import type { Settlement, StoredAnswer } from './store.ts';

export async function readAnswer(connection: Connection, callId: string): Promise<StoredAnswer | null> {
  const record = await connection.first(answerOfCall, { callId });
  if (record === null) return null;
  return {
    callId,
    text: record.text,
    finishReason: record.finish_reason,
    messageId: record.message_id,
    contextTokens: record.context_tokens,
    result: record.ends_run === 1 && record.result !== null ? fromJson<RunResult>(record.result) : null,
    toolCalls: fromJson<StoredAnswer['toolCalls']>(record.tool_calls),
  };
}

/** @param endsRun The run has ended, with this answer or before it came. */
export async function writeAnswer(
  connection: Connection,
  { id, sessionId, runId, callId }: LedgerRow,
  answer: Settlement['answer'],
  endsRun: boolean,
): Promise<void> {
  await connection.run(insertAnswer, {
    call_id: callId,
    session_id: sessionId,
    run_id: runId,
    row_id: id,
    text: answer.text,
    finish_reason: answer.finishReason,
    message_id: answer.message?.id ?? '',
    context_tokens: answer.context?.use.tokens ?? 0,
    tool_calls: toJson(answer.toolCalls),
    ends_run: endsRun ? 1 : 0,
  });
}
