import { expect, it } from '@jest/globals';
import { testTemporalAddress } from '../support/stack.ts';
import { runStorm } from './storm.ts';

it('a storm on one budget never passes it, loses no token, and leaves nothing waiting (the long one: npm run storm)', async () => {
  const limit = 14_000;
  const report = await runStorm({
    temporalAddress: testTemporalAddress(),
    sessions: 40,
    messagesEach: 3,
    workers: 2,
    kills: 4,
    killEveryMs: 1_500,
    limit,
    seed: 1,
  });
  expect(report).toMatchObject({ other: [], stillReserved: 0, wrong: [] });
  expect(report.highest).toBeLessThanOrEqual(limit);
  expect(report.answered).toBeGreaterThan(0);
  expect(report.refused).toBeGreaterThan(0);
  expect(report.lost).toBeLessThanOrEqual(report.inFlightAtKills);
  expect(report.chargedUnsettled).toBeGreaterThanOrEqual(report.billedUnsettled);
}, 120_000);
