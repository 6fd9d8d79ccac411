import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { modelsInOrder, modelsLeft, mostAttempts, nextModel, passedOver } from '../../src/domain/fallbacks.ts';

const agent = { model: 'a/1', fallbacks: ['b/1', 'c/1', 'b/1', 'a/1'] };
const tried = (ref: string, error: string) => ({ provider: ref[0] ?? '', model: '1', error });
const refs = (models: readonly { readonly ref: string }[]) => models.map(({ ref }) => ref);

describe("a call's models", () => {
  it('begin with the one that answered the run last, and end with those before it', () => {
    expect(modelsInOrder(agent, null)).toEqual([
      { ref: 'a/1', modelType: 'model' },
      { ref: 'b/1', modelType: 'fallback' },
      { ref: 'c/1', modelType: 'fallback' },
    ]);
    expect(refs(modelsInOrder(agent, 'b/1'))).toEqual(['b/1', 'c/1', 'a/1']);
    expect(refs(modelsInOrder(agent, 'gone/1'))).toEqual(['a/1', 'b/1', 'c/1']);
  });

  const models = modelsInOrder(agent, null);

  it.each<[string, readonly [string, string][], readonly string[]]>([
    ['stays with one that failed once', [['a/1', 'overloaded']], ['a/1', 'b/1', 'c/1']],
    ['leaves one that failed twice', [['a/1', 'overloaded'], ['a/1', 'timeout']], ['b/1', 'c/1']], // prettier-ignore
    ['leaves one that refused', [['a/1', 'refusal']], ['b/1', 'c/1']],
    ['leaves one that does not take our key', [['a/1', 'authentication']], ['b/1', 'c/1']],
    ['does not hold the death of a worker against a model', [['a/1', 'lost'], ['a/1', 'aborted'], ['a/1', 'lost']], ['a/1', 'b/1', 'c/1']], // prettier-ignore
    ['does not hold a long request against a model', [['a/1', 'context-length'], ['a/1', 'context-length']], ['a/1', 'b/1', 'c/1']], // prettier-ignore
    [
      'never goes back',
      [
        ['a/1', 'rate-limit'],
        ['b/1', 'lost'],
      ],
      ['b/1', 'c/1'],
    ],
    [
      'never gives the last one up',
      [
        ['c/1', 'server'],
        ['c/1', 'server'],
        ['c/1', 'bad-request'],
      ],
      ['c/1'],
    ],
  ])('%s', (_, attempts, left) => {
    expect(refs(modelsLeft(models, attempts.map(([ref, error]) => tried(ref, error))))).toEqual(left); // prettier-ignore
  });

  const again = { retryable: true, retryAfterMs: null };

  it('goes on at once where waiting does not help, or takes too long', () => {
    const attempts = [tried('a/1', 'rate-limit')];
    expect(nextModel(models, attempts, again)).toBeNull();
    expect(nextModel(models, attempts, { ...again, retryAfterMs: 2_000 })).toBeNull();
    expect(nextModel(models, attempts, { ...again, retryAfterMs: 60_000 })?.ref).toBe('b/1');
    expect(nextModel(models, attempts, { retryable: false, retryAfterMs: null })?.ref).toBe('b/1');
    expect(nextModel(models, [tried('a/1', 'context-length')], { retryable: false, retryAfterMs: null })).toBeNull();
    expect(nextModel(models, [tried('a/1', 'aborted')], { retryable: false, retryAfterMs: null })).toBeNull();
  });

  it('tells how it went with the others', () => {
    const attempts = [tried('a/1', 'overloaded'), tried('a/1', 'timeout'), tried('b/1', 'refusal')];
    expect(passedOver(attempts, 'c/1')).toEqual([
      { model: 'a/1', reason: 'overloaded, timeout' },
      { model: 'b/1', reason: 'refusal' },
    ]);
  });

  it('are all tried, in order, within the tries of one call, however each of them fails', () => {
    const kinds = ['rate-limit', 'overloaded', 'server', 'timeout', 'stream-broken', 'refusal', 'not-found'];
    const chain = fc.integer({ min: 1, max: mostAttempts });
    fc.assert(
      fc.property(chain, fc.array(fc.constantFrom(...kinds), { minLength: 8, maxLength: 8 }), (count, errors) => {
        const names = Array.from({ length: count }, (_, at) => `${'abcdefgh'[at]}/1`);
        const all = modelsInOrder({ model: names[0] ?? '', fallbacks: names.slice(1) }, null);
        const attempts: ReturnType<typeof tried>[] = [];
        for (const error of errors) attempts.push(tried(modelsLeft(all, attempts)[0]?.ref ?? '', error));
        const order = attempts.map(({ provider }) => 'abcdefgh'.indexOf(provider));
        expect(order).toEqual(order.toSorted((one, other) => one - other));
        expect(new Set(order).size).toBe(count);
        const beforeLast = order.filter((at) => at < count - 1);
        for (const at of beforeLast) expect(beforeLast.filter((one) => one === at).length).toBeLessThanOrEqual(2);
      }),
    );
  });
});
