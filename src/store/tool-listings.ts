import type { ListedTool } from '../domain/listed-tool.ts';
import type { Database } from './database.ts';
import { argsOf, query } from './query.ts';
import type { ToolListingsTable } from './schema.ts';

export interface ToolListing {
  /** What the tools were listed for: another state, another listing. */
  readonly state: string;
  readonly tools: readonly ListedTool[];
}

interface Key {
  readonly sessionId: string;
  readonly agent: string;
}

export interface ToolListingStore {
  /** The tools that a session's requests carry beside an agent's own; `null`: not listed yet. */
  toolListing(key: Key): Promise<ToolListing | null>;
  /** Keeps a listing in place of one for another state, and answers the one that stands: the first for a state does. */
  keepToolListing(key: Key, listing: ToolListing): Promise<ToolListing>;
}

const putListing = query<ToolListingsTable>()((db, arg) =>
  db
    .insertInto('tool_listings')
    .values(argsOf(arg, ['session_id', 'agent', 'state', 'tools']))
    .onConflict((conflict) => conflict.columns(['session_id', 'agent']).doUpdateSet(argsOf(arg, ['state', 'tools']))),
);

const listingOf = query<Pick<ToolListingsTable, 'session_id' | 'agent'>>()((db, arg) =>
  db
    .selectFrom('tool_listings')
    .select(['state', 'tools'])
    .where('session_id', '=', arg('session_id'))
    .where('agent', '=', arg('agent')),
);

type ListingRecord = Pick<ToolListingsTable, 'state' | 'tools'>;

function toListing(record: ListingRecord | null): ToolListing | null {
  return record === null ? null : { state: record.state, tools: JSON.parse(record.tools) as ListedTool[] };
}

export function toolListingStore(database: Database): ToolListingStore {
  return {
    toolListing: ({ sessionId, agent }) =>
      database.read(async (connection) =>
        toListing(await connection.first(listingOf, { session_id: sessionId, agent })),
      ),
    keepToolListing: ({ sessionId, agent }, { state, tools }) =>
      database.write(async (connection) => {
        const key = { session_id: sessionId, agent };
        const standing = toListing(await connection.first(listingOf, key));
        if (standing?.state === state) return standing;
        await connection.run(putListing, { ...key, state, tools: JSON.stringify(tools) });
        return { state, tools };
      }),
  };
}
