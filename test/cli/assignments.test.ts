import { describe, expect, it } from '@jest/globals';
import { parseAssignments } from '../../src/cli/show-limits.ts';

describe('limits given as key=value', () => {
  it('become a change of limits and thresholds', () => {
    expect(parseAssignments(['callsPerRun=5', 'thresholds.context.warn=0.6', 'tokensPerRun=null'])).toEqual({
      callsPerRun: 5,
      tokensPerRun: null,
      thresholds: { context: { warn: 0.6 } },
    });
    expect(parseAssignments(['thresholds.session.onReach=warn', 'costPerRun=none'])).toEqual({
      costPerRun: null,
      thresholds: { session: { onReach: 'warn' } },
    });
  });

  it('are refused with the nearest key', () => {
    expect(() => parseAssignments(['callPerRun=5'])).toThrow(
      'There is no limit "callPerRun"; did you mean "callsPerRun"?',
    );
  });

  it('are refused with what a value must be', () => {
    expect(() => parseAssignments(['queue=99'])).toThrow('queue must be an integer from 1 to 8');
    expect(() => parseAssignments(['callsPerRun'])).toThrow('write key=value');
  });
});
