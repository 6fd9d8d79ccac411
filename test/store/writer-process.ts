import { createStore } from '../../src/store/index.ts';
import { reserve, reservedRow, settlementOf } from './fixtures.ts';

/** Writes 500 transactions on one session: `node writer-process.ts <url> <name>`. */
const [url = '', name = ''] = process.argv.slice(2);
const store = createStore(url);
await store.migrate();
for (let call = 0; call < 250; call++) {
  const row = reservedRow('s1', 'r1', `${name}-${call}`);
  await reserve(store, row);
  await store.settle(settlementOf(row, { ends: false }));
}
await store.close();
