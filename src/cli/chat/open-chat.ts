import type { Session, SessionDetails } from '../../client/api.ts';
import { latestEventId } from '../../client/event-feed.ts';
import type { SessionOptions } from '../../client/api.ts';
import { openHome } from '../../worker/home.ts';
import type { ChatOptions } from '../commands/chat.ts';
import { firstAgent } from '../first-agent.ts';
import { findSession } from '../session-id.ts';
import type { CliClient } from '../with-client.ts';

/** A session that is being talked to. */
export interface OpenChat {
  readonly client: CliClient;
  readonly session: Session;
  readonly agent: string;
  /** Was it made for this chat? */
  readonly created: boolean;
  readonly state: SessionDetails;
  /** The number of the latest event: what comes later is shown as it happens. */
  readonly afterId: number;
  readonly home: string;
}

/**
 * Opens the session that an id, or a unique beginning of one, names; one that does not exist yet is started.
 *
 * @throws LoadlineError `SessionClosed`, or `SessionExists` when it belongs to another agent than the named one.
 */
export async function openChat(client: CliClient, given: string | undefined, options: ChatOptions): Promise<OpenChat> {
  const { backend, api, place } = client;
  const { user, tenant } = options;
  const id = given === undefined ? undefined : await findSession(backend.store, given);
  const row = id === undefined ? null : await backend.store.session(id);
  const agent = options.agent ?? row?.agent ?? (await firstAgent(place, options));
  const settings = Object.entries({ id, user, tenant }).filter(([, value]) => value !== undefined);
  const session = api.session(agent, Object.fromEntries(settings) as SessionOptions);
  const { created } = await session.start();
  const afterId = await latestEventId(backend.store, session.id);
  const state = await session.state();
  const home = openHome(place.environment, place.folder);
  return { client, session, agent, created, state, afterId, home };
}
