import { join } from 'node:path';
import type { LedgerRow } from '../../src/domain/ledger.ts';
import { spentRow } from '../../src/domain/spend.ts';
import { createStore, type Store } from '../../src/store/index.ts';

/** The store that commands in a folder read, with a session for each user. */
export async function homeStore(folder: string, users: readonly string[]): Promise<Store> {
  const store = createStore(`sqlite:${join(folder, 'home', 'loadline.sqlite')}`);
  await store.migrate();
  const at = new Date().toISOString();
  for (const user of users) {
    const session = { sessionId: `of-${user}`, agent: 'assistant', user, tenant: null, metadata: null, at };
    await store.openSession(session);
  }
  return store;
}

/** A settled row of a user's session; what is not given is 100 tokens in and 10 out now, for a tenth of a cent. */
export function rowOf(user: string, id: string, given: Partial<LedgerRow> = {}): LedgerRow {
  const owner = {
    id,
    sessionId: `of-${user}`,
    runId: null,
    agent: 'assistant',
    user,
    tenant: null,
    modelType: 'model',
  };
  const spend = { provider: 'openai', model: 'gpt-5.2', inputTokens: 100, outputTokens: 10 };
  return { ...spentRow(owner, spend, 1_000_000, new Date()), ...given };
}
