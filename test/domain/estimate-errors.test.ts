import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { estimateErrors } from '../../src/domain/estimate-errors.ts';

const request = (estimated: number, actual: number, bound = 2 * estimated, model = 'm') => ({
  provider: 'p',
  model,
  estimated,
  bound,
  actual,
});

describe('the errors of estimates', () => {
  it('are told for each model: median, 95th percentile, the worst shortfall, and bounds that were passed', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => request(1000 + index, 1000));
    expect(estimateErrors([...hundred, request(50, 100, 99, 'short'), request(5, 0)])).toEqual([
      {
        provider: 'p',
        model: 'm',
        requests: 100,
        medianError: 1049 / 1000 - 1,
        p95Error: 1094 / 1000 - 1,
        worstUnderestimate: 0,
        boundViolations: 0,
      },
      expect.objectContaining({ model: 'short', requests: 1, worstUnderestimate: -0.5, boundViolations: 1 }),
    ]);
  });

  it('do not depend on the order of the requests', () => {
    const requests = fc.array(fc.tuple(fc.nat(1000), fc.nat(1000)), { minLength: 1 });
    fc.assert(
      fc.property(requests, (pairs) => {
        const one = pairs.map(([estimated, actual]) => request(estimated, actual));
        expect(estimateErrors(one.toReversed())).toEqual(estimateErrors(one));
      }),
    );
  });
});
