import type { InspectApi } from '../client/inspect-api.ts';
import { inspectSession } from '../client/inspect.ts';
import { LoadlineError } from '../domain/errors.ts';
import type { RequestOptions } from './commands/request.ts';
import { print, printDocument } from './output.ts';
import { findSessionRow } from './session-id.ts';
import { describeRequest } from './terminal/describe-request.ts';
import { screenWidth } from './terminal/screen.ts';
import { withStore } from './with-client.ts';

/** Shows what a model saw. */
export async function showRequest(id: string, call: string | undefined, options: RequestOptions): Promise<void> {
  await withStore(options, async (store) => {
    const { sessionId } = await findSessionRow(store, id);
    const inspect = inspectSession(() => Promise.resolve({ store }), sessionId);
    const callId = call === undefined ? await latestCall(inspect, sessionId) : wholeId(sessionId, call);
    const { attempt } = options;
    const view = await inspect.request(callId, attempt === undefined ? {} : { attempt });
    if (options.json === true) return printDocument({ sessionId, ...view });
    print(describeRequest(view, { width: screenWidth(), whole: options.whole === true }));
  });
}

/** Calls of a session's runs are numbered: `ann-1.3.1` is the first of run 3. */
function wholeId(sessionId: string, call: string): string {
  return /^\d+\.\d+$/.test(call) ? `${sessionId}.${call}` : call;
}

async function latestCall(inspect: InspectApi, sessionId: string): Promise<string> {
  const calls = await inspect.calls({ limit: 100 });
  const latest = calls.findLast(
    ({ plan, member, modelType }) => plan !== null && member === null && modelType !== 'summaryModel',
  );
  if (latest !== undefined) return latest.callId;
  throw new LoadlineError('RunNotFound', `Session ${sessionId} has sent no request yet`);
}
