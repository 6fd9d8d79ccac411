import type { AgentRunResult } from '../../../client/api.ts';
import { loadlineFacts } from '../loadline-facts.ts';
import { responseUsage } from '../usage.ts';
import { approvalItem, messageItem, outputItems, type OutputItem } from './items.ts';
import type { ResponseRecord } from './record.ts';

type Result = AgentRunResult<unknown>;

/** A response that has not ended. */
export function openResponse(
  record: ResponseRecord,
  status: 'queued' | 'in_progress',
  output: readonly OutputItem[] = [],
) {
  return responseOf(record, { status, output });
}

/** A response that has ended, or waits for somebody's word. */
export function endedResponse(record: ResponseRecord, result: Result, output = outputOf(record, result)) {
  const status = statusOf(result);
  const { error } = result;
  return {
    ...responseOf(record, { status, output }),
    ...(status === 'completed' ? { completed_at: Math.floor(Date.now() / 1000) } : {}),
    error: status === 'failed' ? errorOf(error?.code, error?.message ?? result.reason ?? 'failed') : null,
    incomplete_details: status === 'incomplete' ? { reason: incompleteReason(result) } : null,
    usage: responseUsage(result.metrics),
    loadline: loadlineFacts(result),
  };
}

export type ResponseStatus = 'completed' | 'incomplete' | 'failed' | 'cancelled';

/** A run that waits for somebody's word has said what it can: the request for it is in its output. */
export function statusOf({ status, finishReason, error }: Result): ResponseStatus {
  if (status === 'failed' || error?.code === 'BudgetExceeded') return 'failed';
  if (status === 'cancelled') return 'cancelled';
  return status === 'limit' || finishReason === 'content-filter' ? 'incomplete' : 'completed';
}

/** The items of a whole run; of one that must fit a schema, its last answer alone. */
export function outputOf({ skipped, hasSchema }: ResponseRecord, result: Result): readonly OutputItem[] {
  const isRefusal = result.finishReason === 'refusal';
  const items = outputItems(result.messages, skipped, isRefusal);
  const lastText = items.findLastIndex(({ type }) => type === 'message');
  const said = hasSchema ? items.filter(({ type }, at) => type !== 'message' || at === lastText) : items;
  const { text } = result;
  const cut = text.replace(/…$/, '');
  const isTold = said.some(
    (item) => item.type === 'message' && JSON.stringify(item.content).includes(JSON.stringify(cut).slice(1, -1)),
  );
  const isNew = cut !== '' && !isTold && skipped === 0;
  return [
    ...said,
    ...(isNew ? [messageItem(`${result.runId}.cut`, 'incomplete', text)] : []),
    ...(result.waitingFor ?? []).map(approvalItem),
  ];
}

function responseOf(
  record: ResponseRecord,
  { status, output }: { readonly status: string; readonly output: readonly OutputItem[] },
) {
  const { id, sessionId, createdAt, inConversation, echo } = record;
  return {
    id,
    object: 'response',
    created_at: createdAt,
    status,
    ...echo,
    conversation: inConversation ? { id: sessionId } : null,
    error: null,
    incomplete_details: null,
    output,
    parallel_tool_calls: true,
    reasoning: { effort: null, summary: null },
    store: true,
    temperature: null,
    tool_choice: 'auto',
    tools: [],
    top_p: null,
    truncation: 'disabled',
    usage: null,
  };
}

function incompleteReason({ finishReason }: Result): string {
  return finishReason === 'content-filter' ? 'content_filter' : 'max_output_tokens';
}

/** OpenAI's list of codes is closed; ours is in the words of the message's run. */
function errorOf(code: string | undefined, message: string) {
  return { code: code === 'BudgetExceeded' ? 'rate_limit_exceeded' : 'server_error', message };
}
