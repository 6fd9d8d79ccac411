import { LoadlineError } from '../domain/errors.ts';
import { unnamed } from '../domain/ledger.ts';
import type { Store } from '../store/store.ts';
import type { LedgerView } from './inspect-api.ts';
import { pageLimit, rowsPage, statesOf } from './inspect-query.ts';
import { ledgerView } from './ledger-view.ts';
import type { UsageLedgerQuery } from './usage-api.ts';
import { storeQuery } from './usage-query.ts';

/** Those that a usage line sums. */
const counted = ['settled', 'estimated', 'lost'] as const;

/** The rows behind a line of a usage report. */
export async function usageLedger(store: Pick<Store, 'ledgerPage'>, query: UsageLedgerQuery): Promise<LedgerView> {
  const { model, type, agent, user, tenant, session, error, unreserved, answered, after } = query;
  const page = await store.ledgerPage({
    ...present({
      ...(model === undefined ? {} : modelOf(model)),
      modelType: type,
      agent: agent === null ? unnamed : agent,
      sessionId: session === null ? unnamed : session,
      user,
      tenant,
      error,
      unreserved,
      answered,
      after,
      simulated: query.simulated === true ? undefined : false,
      ...spanOf(query),
    }),
    states: statesOf(query.state) ?? counted,
    limit: pageLimit(query.limit, rowsPage),
  });
  return ledgerView(page);
}

/** What is given of it. */
function present<T extends object>(fields: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as ReturnType<
    typeof present<T>
  >;
}

function modelOf(ref: string): { readonly provider: string; readonly model: string } {
  const slash = ref.indexOf('/');
  if (slash > 0) return { provider: ref.slice(0, slash), model: ref.slice(slash + 1) };
  throw new LoadlineError('InvalidMessage', `"${ref}" is no model: write provider/model, e.g. openai/gpt-5.2`);
}

/** What the day and the bounds of the report have in common. */
function spanOf({ day, from, to, timeZone }: UsageLedgerQuery): { readonly from?: number; readonly to?: number } {
  const zone = timeZone === undefined ? {} : { timeZone };
  const spans = [
    storeQuery({ ...zone, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }),
    storeQuery({ ...zone, ...(day === undefined ? {} : { from: day, to: day }) }),
  ];
  const starts = spans.flatMap((span) => (span.from === undefined ? [] : [Date.parse(span.from)]));
  const ends = spans.flatMap((span) => (span.to === undefined ? [] : [Date.parse(span.to)]));
  return {
    ...(starts.length === 0 ? {} : { from: Math.max(...starts) }),
    ...(ends.length === 0 ? {} : { to: Math.min(...ends) }),
  };
}
