import type { SessionActivities } from '../domain/steps.ts';
import { askApproval } from './approvals.ts';
import { callModel } from './call-model.ts';
import { compactSession } from './compact-session.ts';
import type { ActivityDeps } from './deps.ts';
import { endRun } from './end-run.ts';
import { executeTool } from './execute-tool.ts';
import { joinMembers } from './join-members.ts';
import { closeSession, openSession, storedResult } from './session-row.ts';

export type { ActivityDeps, ModelTarget } from './deps.ts';

/** The activities of a worker, over what they share. */
export function createActivities(deps: ActivityDeps): SessionActivities {
  return {
    openSession: (input) => openSession(deps, input),
    callModel: (input) => callModel(deps, input),
    executeTool: (input) => executeTool(deps, input),
    askApproval: (input) => askApproval(deps, input),
    compactSession: (input) => compactSession(deps, input),
    endRun: (input) => endRun(deps, input),
    joinMembers: (input) => joinMembers(deps, input),
    storedResult: (input) => storedResult(deps, input),
    closeSession: (input) => closeSession(deps, input),
    stash: (content) => deps.store.putBlob(Buffer.from(JSON.stringify(content)), 'application/json'),
  };
}
