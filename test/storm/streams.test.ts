import { expect, it } from '@jest/globals';
import { testTemporalAddress } from '../support/stack.ts';
import { runStreamStorm } from './streams.ts';

it('readers see every event once, whoever is killed meanwhile (the long one: npm run storm -- streams)', async () => {
  const report = await runStreamStorm({
    temporalAddress: testTemporalAddress(),
    sessions: 4,
    readersEach: 5,
    messagesEach: 3,
    restarts: 1,
  });
  expect(report).toMatchObject({ readers: 20, wrong: [], unanswered: [] });
  expect(report.breaks).toBeGreaterThanOrEqual(20);
}, 120_000);
