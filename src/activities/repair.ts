import type { RunRef } from '../domain/steps.ts';
import { estimateMessage } from '../models/index.ts';
import type { NewMessage } from '../store/store.ts';
import type { ActivityDeps } from './deps.ts';
import { untilStored } from './until-stored.ts';

/** A schema's words may quote all that it did not like. */
const longestMisfit = 2_000;

/**
 * The message that asks the model to correct an answer that does not fit the output schema, once in a run; `null`: it
 * was asked before.
 *
 * It is a user's message to the model, since every wire takes one after an answer; the agent's name on it tells that
 * nobody sent it.
 */
export async function repairMessage(
  { store }: Pick<ActivityDeps, 'store'>,
  { sessionId, runId, agent }: RunRef,
  misfit: string,
): Promise<NewMessage | null> {
  const id = `${runId}.repair`;
  // The answer is paid for: a store that is away must not cost it.
  const said = await untilStored(() => store.messagesOfRun(sessionId, runId));
  if (said.some((message) => message.id === id)) return null;
  const problem = misfit.length <= longestMisfit ? misfit : `${misfit.slice(0, longestMisfit)}…`;
  const text = `Your answer does not fit the JSON schema that was asked for: ${problem}\nAnswer again with the whole JSON value, corrected, and nothing else.`;
  const parts = [{ type: 'text', text }] as const;
  const createdAt = new Date().toISOString();
  return { id, runId, role: 'user', agent, parts, createdAt, tokens: estimateMessage(parts) };
}
