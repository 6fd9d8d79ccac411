import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { defaultThresholds, type Thresholds } from '../../src/domain/agent.ts';
import { orderProblems } from '../../src/domain/threshold-order.ts';
import { stopReason, suggestionFor, thresholdEvent } from '../../src/domain/threshold-words.ts';
import {
  fireThresholds,
  markOf,
  reachedLevels,
  sessionMeasures,
  stopLevel,
  wholeLimit,
  type SessionStanding,
} from '../../src/domain/thresholds.ts';

const atStart: SessionStanding = {
  context: { tokens: 0, window: 1_000 },
  tokens: 0,
  costNanoUsd: 0,
  runs: 0,
  ageMs: 0,
};

function thresholds(session: Partial<Thresholds['session']>, context: Partial<Thresholds['context']> = {}): Thresholds {
  return {
    context: { ...defaultThresholds.context, ...context },
    session: { ...defaultThresholds.session, ...session },
  };
}

const names = (levels: Thresholds, standing: Partial<SessionStanding>): string[] =>
  reachedLevels(levels, { ...atStart, ...standing }).map(({ name }) => name);

const context = (tokens: number, window: number | null = 1_000): Partial<SessionStanding> => ({
  context: { tokens, window },
});

describe('the levels that a session has reached', () => {
  it.each([
    [749, []],
    [750, ['context.warn']],
    [850, ['context.warn', 'context.compact']],
    [950, ['context.warn', 'context.compact', 'context.critical']],
    [989, ['context.warn', 'context.compact', 'context.critical']],
    [1_500, ['context.warn', 'context.compact', 'context.critical', 'context.stop']],
  ])('with %d of 1,000 tokens in the context are %j', (tokens, expected) => {
    expect(names(defaultThresholds, context(tokens))).toEqual(expected);
  });

  it('are none on a context whose window is unknown, and none for a level that is null', () => {
    expect(names(defaultThresholds, context(1e9, null))).toEqual([]);
    expect(names(thresholds({}, { warn: null, critical: null }), context(960))).toEqual(['context.compact']);
  });

  it('are counted on four measures of a session', () => {
    const levels = thresholds({ tokens: 200_000, cost: 0.3, runs: 3, ageHours: 24 });
    expect(names(levels, { tokens: 189_999, costNanoUsd: 284_999_999, runs: 2, ageMs: 22.79 * 3_600_000 })).toEqual([]);
    expect(names(levels, { tokens: 190_000 })).toEqual(['session.tokens.warn']);
    expect(names(levels, { costNanoUsd: 297_000_000 })).toEqual(['session.cost.warn', 'session.cost.critical']);
    expect(names(levels, { runs: 3 })).toEqual(['session.runs.warn', 'session.runs.critical', 'session.runs.reached']);
    expect(names(levels, { ageMs: 24 * 3_600_000 - 1 })).toEqual([
      'session.ageHours.warn',
      'session.ageHours.critical',
    ]);
  });

  it('begin at exactly their share of a limit, of nine million dollars in nano-dollars too', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
        fc.integer({ min: 1, max: 1_000_000 }),
        (limit, millionths) => {
          const mark = BigInt(markOf(limit, millionths / 1e6));
          expect(mark * 1_000_000n >= BigInt(limit) * BigInt(millionths)).toBe(true);
          expect(mark === 1n || (mark - 1n) * 1_000_000n < BigInt(limit) * BigInt(millionths)).toBe(true);
        },
      ),
    );
  });
});

const anyThresholds = fc.record({
  context: fc.record({
    warn: fc.option(fc.double({ min: 0.01, max: 1, noNaN: true })),
    compact: fc.option(fc.double({ min: 0.01, max: 1, noNaN: true })),
    critical: fc.option(fc.double({ min: 0.01, max: 1, noNaN: true })),
    stop: fc.option(fc.double({ min: 0.01, max: 1, noNaN: true })),
  }),
  session: fc.record({
    tokens: fc.option(fc.integer({ min: 1, max: 500 })),
    cost: fc.option(fc.double({ min: 1e-9, max: 1e9, noNaN: true })),
    runs: fc.option(fc.integer({ min: 1, max: 20 })),
    ageHours: fc.option(fc.double({ min: 1e-6, max: 1e6, noNaN: true })),
    warnAt: fc.double({ min: 0.01, max: 1, noNaN: true }),
    criticalAt: fc.double({ min: 0.01, max: 1, noNaN: true }),
    onReach: fc.constantFrom('stop', 'warn'),
  }),
});

const anyStanding = fc.record({
  context: fc.record({ tokens: fc.nat(1_500), window: fc.option(fc.constant(1_000)) }),
  tokens: fc.nat(600),
  costNanoUsd: fc.nat(Number.MAX_SAFE_INTEGER),
  runs: fc.nat(25),
  ageMs: fc.nat(1e13),
});

describe('a level', () => {
  it('fires once until the session falls back below it', () => {
    fc.assert(
      fc.property(anyThresholds, fc.array(anyStanding, { maxLength: 12 }), (levels, standings) => {
        let fired: readonly string[] = [];
        for (const standing of standings) {
          const step = fireThresholds(fired, levels, standing);
          const reached = reachedLevels(levels, standing).map(({ name }) => name);
          const isHeld = (name: string): boolean => standing.context.window === null && name.startsWith('context.');
          expect(step.begun.map(({ name }) => name)).toEqual(reached.filter((name) => !fired.includes(name)));
          expect(step.fired.filter((name) => !isHeld(name))).toEqual(reached.filter((name) => !isHeld(name)));
          // The same transaction once more has nothing to tell.
          expect(fireThresholds(step.fired, levels, standing)).toEqual({ fired: step.fired, begun: [] });
          fired = step.fired;
        }
      }),
    );
  });

  it('fires on the way to a total once, whatever the steps and their order', () => {
    const steps = fc.array(fc.nat(120), { minLength: 1, maxLength: 15 });
    fc.assert(
      fc.property(
        steps.chain((given) => fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length }))),
        (orders) => {
          const levels = thresholds({ tokens: 500, onReach: 'warn' });
          const [one, other] = orders.map((adds) => {
            let fired: readonly string[] = [];
            const events: string[] = [];
            let tokens = 0;
            for (const add of adds) {
              const step = fireThresholds(fired, levels, { ...atStart, tokens: (tokens += add) });
              events.push(...step.begun.map(({ name }) => name));
              fired = step.fired;
            }
            return { fired, events };
          });
          expect(one).toEqual(other);
          expect(new Set(one?.events).size).toBe(one?.events.length);
          expect(one?.events).toEqual(one?.fired);
        },
      ),
    );
  });

  it('fires again after a compaction, and after a limit was raised and used up', () => {
    const warned = fireThresholds([], defaultThresholds, { ...atStart, ...context(800) });
    const compacted = fireThresholds(warned.fired, defaultThresholds, { ...atStart, ...context(200) });
    expect(compacted).toEqual({ fired: [], begun: [] });
    expect(fireThresholds(compacted.fired, defaultThresholds, { ...atStart, ...context(760) }).begun).toHaveLength(1);

    const used = { ...atStart, tokens: 100 };
    const { fired } = fireThresholds([], thresholds({ tokens: 100 }), used);
    expect(fireThresholds(fired, thresholds({ tokens: 200 }), used).fired).toEqual([]);
  });

  it('of a context neither fires nor falls back while the window is unknown', () => {
    const unknown = { ...atStart, ...context(10, null) };
    expect(fireThresholds(['context.warn'], defaultThresholds, unknown)).toEqual({
      fired: ['context.warn'],
      begun: [],
    });
    expect(fireThresholds(['context.warn'], thresholds({}, { warn: null }), unknown).fired).toEqual([]);
  });
});

describe('a session', () => {
  const stop = (
    levels: Thresholds,
    standing: Partial<SessionStanding>,
    nothingLeftToCompact = false,
    runIsOpen = false,
  ) => stopLevel({ levels, nothingLeftToCompact }, { ...atStart, ...standing }, runIsOpen)?.name ?? null;

  it('is closed by a full context only when nothing is left to compact', () => {
    expect(stop(defaultThresholds, context(995), true)).toBe('context.stop');
    expect(stop(defaultThresholds, context(995), false)).toBeNull();
    expect(stop(defaultThresholds, context(980), true)).toBeNull();
  });

  it('is closed by a limit that it has reached, unless that only warns', () => {
    expect(stop(thresholds({ tokens: 100 }), { tokens: 99 })).toBeNull();
    expect(stop(thresholds({ tokens: 100 }), { tokens: 100 })).toBe('session.tokens.reached');
    expect(stop(thresholds({ tokens: 100, onReach: 'warn' }), { tokens: 100 })).toBeNull();
  });

  it('answers the run whole that fills its number of runs, and ends one that has spent too much', () => {
    expect(stop(thresholds({ runs: 3 }), { runs: 3 }, false, true)).toBeNull();
    expect(stop(thresholds({ runs: 3 }), { runs: 3 }, false, false)).toBe('session.runs.reached');
    expect(stop(thresholds({ tokens: 100 }), { tokens: 100 }, false, true)).toBe('session.tokens.reached');
  });

  it('says why in words', () => {
    const [, , reached] = reachedLevels(thresholds({ cost: 1.5 }), { ...atStart, costNanoUsd: 1_512_300_000 });
    if (reached === undefined) throw new Error('The limit is not reached');
    expect(stopReason(reached)).toBe('the session has cost $1.5123 of its $1.5 (thresholds.session.cost)');
  });
});

describe('a suggestion', () => {
  it('names a limit, with the very command, that silences every level of its measure', () => {
    fc.assert(
      fc.property(anyThresholds, anyStanding, (levels, standing) => {
        const warning: Thresholds = { ...levels, session: { ...levels.session, onReach: 'warn' } };
        for (const level of reachedLevels(warning, standing)) {
          if (level.axis !== 'session') continue;
          const text = suggestionFor(level, { levels: warning, nothingLeftToCompact: false }, 'ann-1');
          const [, measure, limit] = /`loadline limits ann-1 thresholds\.session\.(\w+)=(\S+)`/.exec(text) ?? [];
          expect(measure).toBe(level.measure);
          const whole = wholeLimit(level.measure, Number(limit));
          if (whole === Number.MAX_SAFE_INTEGER) continue;
          expect(level.value).toBeLessThan(markOf(whole, levels.session.warnAt));
        }
      }),
    );
  });

  it('fits the level, and what can still be compacted', () => {
    const events = (nothingLeftToCompact: boolean, session: Partial<Thresholds['session']> = {}) =>
      reachedLevels(thresholds(session), { ...atStart, ...context(1_000), tokens: 100 }).map((level) => {
        const event = thresholdEvent(level, { levels: thresholds(session), nothingLeftToCompact }, "ann's");
        return event.type === 'threshold.reached' ? event : null;
      });
    const [warn, compact, , stop] = events(false);
    expect(warn).toMatchObject({
      axis: 'context',
      level: 'warn',
      measure: 'context',
      fraction: 0.75,
      value: 1_000,
      limit: 1_000,
      message: "The context holds 1,000 tokens, 100 % of the model's window of 1,000",
      suggestion: expect.stringMatching(/`loadline compact 'ann'\\''s'`.*history\.runs.*larger window/),
    });
    expect(compact?.suggestion).toMatch(/folded into a summary/);
    expect(stop?.suggestion).toMatch(/folded into a summary/);
    const [bare, , , closing] = events(true);
    expect(bare?.suggestion).toMatch(/turn the agent's summary on.*`loadline start --from/);
    expect(closing?.suggestion).toMatch(/The session closes.*`loadline start --from/);
    const reached = events(false, { tokens: 100 }).at(-1);
    expect(reached).toMatchObject({ axis: 'session', level: 'reached', measure: 'tokens', value: 100, limit: 100 });
    expect(reached?.suggestion).toMatch(/^The session closes\. .*start --from/);
    expect(events(false, { tokens: 104 }).at(-1)?.suggestion).toMatch(/At its limit the session closes\.$/);
  });

  it('speaks of each measure in its own unit', () => {
    const standing = { ...atStart, tokens: 1e6, costNanoUsd: 2e9, runs: 7, ageMs: 90 * 60_000 };
    const levels = thresholds({ tokens: 1e6, cost: 2, runs: 7, ageHours: 1.5, warnAt: 1, criticalAt: 1 });
    const rules = { levels, nothingLeftToCompact: false };
    const messages = reachedLevels(levels, standing)
      .filter(({ level }) => level === 'reached')
      .map((level) => thresholdEvent(level, rules, 's1'))
      .map((event) => (event.type === 'threshold.reached' ? [event.value, event.limit, event.message] : []));
    expect(messages).toEqual([
      [1e6, 1e6, 'The session has used 1,000,000 of its 1,000,000 tokens'],
      [2, 2, 'The session has cost $2 of its $2'],
      [7, 7, 'The session has had 7 of its 7 runs'],
      [1.5, 1.5, 'The session is 1.5 hours old, of its 1.5 hours'],
    ]);
    expect(messages).toHaveLength(sessionMeasures.length);
  });
});

describe('thresholds in another order than their names promise', () => {
  it('are told by the level that is out of place', () => {
    expect(orderProblems(defaultThresholds)).toEqual([]);
    expect(orderProblems(thresholds({}, { warn: 0.9 }))).toEqual([
      { path: ['context', 'warn'], text: '0.9 must be below compact (0.85)' },
    ]);
    expect(orderProblems(thresholds({ warnAt: 0.99, criticalAt: 0.5 }, { critical: 1, stop: 0.99 }))).toEqual([
      { path: ['context', 'critical'], text: '1 must be at most stop (0.99)' },
      { path: ['session', 'warnAt'], text: '0.99 must be at most criticalAt (0.5)' },
    ]);
    expect(orderProblems(thresholds({}, { compact: null, warn: 0.9 }))).toEqual([]);
  });
});
