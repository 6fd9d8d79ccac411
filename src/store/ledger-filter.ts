import type { Kysely, SelectQueryBuilder } from 'kysely';
import type { LedgerState } from '../domain/ledger.ts';
import type { Connection } from './database.ts';
import type { Schema } from './schema.ts';

/** Which rows of the ledger. What is not given holds none back. */
export interface LedgerFilter {
  readonly sessionId?: string;
  /** With the runs of its team's members; of the session. */
  readonly runId?: string;
  /** The path of a member, with those below it. */
  readonly member?: string;
  readonly callId?: string;
  readonly modelType?: string;
  readonly provider?: string;
  readonly model?: string;
  readonly agent?: string;
  /** `null`: nobody who was named. */
  readonly user?: string | null;
  readonly tenant?: string | null;
  readonly states?: readonly LedgerState[];
  /** `false`: ended without an answer. */
  readonly answered?: boolean;
  readonly simulated?: boolean;
  /** Spent before any budget was asked. */
  readonly unreserved?: boolean;
  /** The class of what ended the attempt. */
  readonly error?: string;
  /** Attempts that began then or later, milliseconds since the epoch. */
  readonly from?: number;
  /** Attempts that began before then. */
  readonly to?: number;
}

/** Adds the filter to a query of the ledger. */
export type Narrow = <Row>(
  select: SelectQueryBuilder<Schema, 'ledger', Row>,
) => SelectQueryBuilder<Schema, 'ledger', Row>;

/** Turns a filter into conditions; the runs that it names are looked up once. */
export async function narrowing(
  connection: Connection,
  builder: Kysely<Schema>,
  filter: LedgerFilter,
): Promise<Narrow> {
  const { sessionId, runId } = filter;
  const runIds =
    sessionId === undefined || runId === undefined ? null : await withRunsBelow(connection, builder, sessionId, runId);
  return (all) => {
    let select = all;
    if (runIds !== null) select = select.where('ledger.run_id', 'in', runIds);
    for (const [column, value] of plainColumns(filter)) {
      if (value === null) select = select.where(column, 'is', null);
      else if (value !== undefined) select = select.where(column, '=', value);
    }
    const { member, states, answered, from, to } = filter;
    if (states !== undefined) select = select.where('ledger.state', 'in', states);
    if (answered === true) select = select.where('ledger.answered', '=', 1);
    if (answered === false) select = select.where('ledger.answered', '=', 0).where('ledger.state', '!=', 'reserved');
    if (from !== undefined) select = select.where('ledger.started_at', '>=', from);
    if (to !== undefined) select = select.where('ledger.started_at', '<', to);
    if (member === undefined) return select;
    return select.where((eb) =>
      eb.exists(
        eb
          .selectFrom('runs')
          .select('runs.run_id')
          .whereRef('runs.session_id', '=', 'ledger.session_id')
          .whereRef('runs.run_id', '=', 'ledger.run_id')
          // Paths below it begin with it and a slash, whose next character is 0.
          .where((path) =>
            path.or([
              path('runs.member', '=', member),
              path.and([path('runs.member', '>', `${member}/`), path('runs.member', '<', `${member}0`)]),
            ]),
          ),
      ),
    );
  };
}

function plainColumns({
  sessionId,
  callId,
  modelType,
  provider,
  model,
  agent,
  user,
  tenant,
  error,
  ...flags
}: LedgerFilter) {
  const flag = (value: boolean | undefined): 0 | 1 | undefined => (value === undefined ? undefined : value ? 1 : 0);
  return [
    ['ledger.session_id', sessionId],
    ['ledger.call_id', callId],
    ['ledger.model_type', modelType],
    ['ledger.provider', provider],
    ['ledger.model', model],
    ['ledger.agent', agent],
    ['ledger.user', user],
    ['ledger.tenant', tenant],
    ['ledger.error', error],
    ['ledger.simulated', flag(flags.simulated)],
    ['ledger.unreserved', flag(flags.unreserved)],
  ] as const;
}

/** A run's id and those of all runs below it. */
async function withRunsBelow(
  connection: Connection,
  builder: Kysely<Schema>,
  sessionId: string,
  runId: string,
): Promise<readonly string[]> {
  const all = [runId];
  for (let above: readonly string[] = all; above.length > 0;) {
    const below = builder
      .selectFrom('runs')
      .select('run_id')
      .where('session_id', '=', sessionId)
      .where('parent_run_id', 'in', above);
    above = (await connection.execute(below.compile())).map(({ run_id }) => run_id);
    all.push(...above);
  }
  return all;
}
