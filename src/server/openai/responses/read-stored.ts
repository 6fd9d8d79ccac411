import type { RunRow } from '../../../store/store.ts';
import type { ServerDeps } from '../../deps.ts';
import { sessionRow, tenantOf } from '../../security/access.ts';
import { principalOf } from '../../security/authenticate.ts';
import type { ServerContext } from '../../server-env.ts';
import { OpenAiError } from '../errors.ts';
import { toRecord, type ResponseRecord } from './record.ts';

/**
 * A response that was made before, with its run; `null`: the run has not begun.
 *
 * @param param the field that names it, where it is not the path that does
 * @throws OpenAiError 404, also for another tenant's
 */
export async function readStored(
  deps: ServerDeps,
  context: ServerContext,
  id: string,
  param?: string,
): Promise<{ readonly record: ResponseRecord; readonly run: RunRow | null }> {
  const object = id.startsWith('resp_') ? await deps.backend.store.apiObject(id) : null;
  const tenant = tenantOf(principalOf(context));
  if (object === null || (tenant !== null && object.tenant !== tenant)) {
    throw new OpenAiError(param === undefined ? 404 : 400, `There is no response ${id.slice(0, 200)}`, {
      code: param === undefined ? 'response_not_found' : 'previous_response_not_found',
      ...(param === undefined ? {} : { param }),
    });
  }
  const record = toRecord(object);
  const run = await deps.backend.store.runByMessageId(record.sessionId, record.messageId);
  if (run !== null) await sessionRow(deps, context, record.sessionId);
  return { record, run };
}
