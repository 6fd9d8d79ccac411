import type { AgentSpec } from '../domain/agent.ts';
import type { RunRow, SessionRow, Store } from '../store/store.ts';
import { readPast, type Past } from './past.ts';
import { showMessages, type Shown, type ShowOptions } from './shown.ts';

/** Whole runs of the past as a request has them. */
export interface ShownRun {
  readonly runId: string;
  readonly number: number;
  readonly messages: readonly Shown[];
}

/** Tokens of the texts that are remembered: some megabytes. */
const mostRemembered = 500_000;

interface Remembered {
  readonly past: Past<ShownRun>;
  readonly tokens: number;
}

/** By store, and in it by all that decides what the past is. The least recently used first. */
const remembered = new WeakMap<object, Map<string, Remembered>>();

/**
 * The past as a run's requests have it. It stays the same from one call of a run to the next, and reading it was a third
 * of what a call takes: so this process remembers it.
 */
export async function showPast(
  spec: AgentSpec,
  run: RunRow,
  show: ShowOptions & { readonly store: Store },
  {
    session,
    window,
    ref,
  }: { readonly session: SessionRow | null; readonly window: number | null; readonly ref: string },
): Promise<Past<ShownRun>> {
  const { store, resultsThroughSeq } = show;
  const { throughRun = 0, summaryNumber = 0 } = session ?? {};
  const key = JSON.stringify([
    [run.sessionId, run.number, spec.history, spec.summary],
    [ref, window, throughRun, summaryNumber, resultsThroughSeq],
  ]);
  const ofStore = remembered.get(store) ?? new Map<string, Remembered>();
  remembered.set(store, ofStore);
  const known = ofStore.get(key);
  if (known !== undefined) {
    ofStore.delete(key);
    ofStore.set(key, known);
    return known.past;
  }
  const past = await readPast({ store }, spec, run, { session, window });
  const runs = await Promise.all(
    past.runs.map(async ({ runId, number, messages }) => ({
      runId,
      number,
      messages: await showMessages(messages, show),
    })),
  );
  const shown = { ...past, runs };
  const messages = runs.flatMap((one) => one.messages);
  // Loaded media are far larger than their tokens tell.
  if (!messages.some(({ sent }) => sent.some((part) => 'data' in part && part.data !== undefined))) {
    remember(ofStore, key, { past: shown, tokens: messages.reduce((sum, { range }) => sum + range.tokens, 0) });
  }
  return shown;
}

function remember(ofStore: Map<string, Remembered>, key: string, one: Remembered): void {
  ofStore.set(key, one);
  let tokens = [...ofStore.values()].reduce((sum, each) => sum + each.tokens, 0);
  for (const [oldest, each] of ofStore) {
    if (tokens <= mostRemembered) break;
    ofStore.delete(oldest);
    tokens -= each.tokens;
  }
}
