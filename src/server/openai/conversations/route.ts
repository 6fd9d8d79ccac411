import { z } from 'zod';
import { readMessages } from '../../../client/reading.ts';
import type { ServerDeps } from '../../deps.ts';
import { tenantOf } from '../../security/access.ts';
import { principalOf } from '../../security/authenticate.ts';
import type { ServerContext } from '../../server-env.ts';
import { idFor } from '../addressed.ts';
import { OpenAiError } from '../errors.ts';
import { listOf } from '../list.ts';
import { readBody } from '../read-body.ts';
import { checked, metadata } from '../shape.ts';
import { conversationNamed, type Conversation } from './conversation.ts';
import { conversationItems } from './items.ts';

const creation = z.object({ metadata: metadata.nullish(), items: z.array(z.unknown()).nullish() });
const change = z.object({ metadata });

/** `POST /conversations`: an id for a session that starts with its first response, which names the agent. */
export async function createConversation(deps: ServerDeps, context: ServerContext): Promise<Response> {
  const given = checked(creation, await readBody(context));
  if ((given.items ?? []).length > 0) {
    const words = 'A conversation begins empty here; send what was said before as input of its first response';
    throw new OpenAiError(400, words, { param: 'items', code: 'unsupported_parameter' });
  }
  const id = idFor(context, 'conv_');
  await deps.backend.store.keepApiObject({
    id,
    sessionId: id,
    tenant: tenantOf(principalOf(context)),
    createdAt: new Date().toISOString(),
    body: { metadata: given.metadata ?? {} },
  });
  return context.json(toObject(await conversationNamed(deps, context, id)));
}

export async function readConversation(deps: ServerDeps, context: ServerContext, id: string): Promise<Response> {
  return context.json(toObject(await conversationNamed(deps, context, id)));
}

/** `POST /conversations/{id}`: other metadata, of one that was made here. */
export async function changeConversation(deps: ServerDeps, context: ServerContext, id: string): Promise<Response> {
  const given = checked(change, await readBody(context));
  const conversation = await conversationNamed(deps, context, id);
  if (!conversation.isOwn) {
    throw new OpenAiError(400, `${id} was started as a session; its metadata stays as it is`, { param: 'metadata' });
  }
  await deps.backend.store.changeApiObject(id, { metadata: given.metadata });
  return context.json(toObject({ ...conversation, metadata: given.metadata }));
}

/** `DELETE /conversations/{id}` closes the session; its transcript stays. */
export async function closeConversation(deps: ServerDeps, context: ServerContext, id: string): Promise<Response> {
  const { isStarted } = await conversationNamed(deps, context, id);
  const row = isStarted ? await deps.backend.store.session(id) : null;
  if (row?.status === 'open') await deps.api.existing(id).close({ reason: 'its conversation was deleted' });
  return context.json({ id, object: 'conversation.deleted', deleted: true });
}

export async function listItems(deps: ServerDeps, context: ServerContext, id: string): Promise<Response> {
  return context.json(listOf(context, await itemsOf(deps, context, id), 'desc'));
}

export async function readItem(deps: ServerDeps, context: ServerContext, id: string, item: string): Promise<Response> {
  const found = (await itemsOf(deps, context, id)).find((one) => one.id === item);
  if (found === undefined) throw new OpenAiError(404, `Conversation ${id} has no item ${item.slice(0, 200)}`);
  return context.json(found);
}

async function itemsOf(deps: ServerDeps, context: ServerContext, id: string) {
  const { isStarted } = await conversationNamed(deps, context, id);
  return isStarted ? conversationItems(await readMessages(deps.backend.store, id)) : [];
}

function toObject({ id, createdAt, metadata: own }: Conversation) {
  return { id, object: 'conversation', created_at: createdAt, metadata: own };
}
