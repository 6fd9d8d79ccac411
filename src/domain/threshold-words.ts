import { amountText, dollarsText } from './budget-words.ts';
import { carryOnCommand } from './closed-words.ts';
import type { EventBody } from './events.ts';
import { shellWord } from './shell-word.ts';
import { markOf, shownValue, type ReachedLevel, type ThresholdMeasure, type ThresholdRules } from './thresholds.ts';

/** Where the session stands, as the middle of a sentence. */
function standingText({ measure, value, limit }: ReachedLevel): string {
  switch (measure) {
    case 'context':
      return `the context holds ${amountText(value)} tokens, ${percentText(value, limit)} of the model's window of ${amountText(limit)}`;
    case 'tokens':
      return `the session has used ${amountText(value)} of its ${amountText(limit)} tokens`;
    case 'cost':
      return `the session has cost $${dollarsText(value)} of its $${dollarsText(limit)}`;
    case 'runs':
      return `the session has had ${amountText(value)} of its ${amountText(limit)} runs`;
    case 'ageHours':
      return `the session is ${hoursText(value)} old, of its ${hoursText(limit)}`;
  }
}

/** Rounded down: what is not yet 100 % must not read so. */
function percentText(value: number, limit: number): string {
  return `${Math.floor((value * 1000) / limit) / 10} %`;
}

function hoursText(ms: number): string {
  const hours = Math.floor(ms / 36_000) / 100;
  return `${hours} ${hours === 1 ? 'hour' : 'hours'}`;
}

/** A limit that leaves the session below its warning: the limit doubled, as often as that takes. */
export function raisedLimit({ limit, value }: Pick<ReachedLevel, 'limit' | 'value'>, warnAt: number): number {
  let raised = limit * 2;
  while (value >= markOf(raised, warnAt)) raised *= 2;
  return raised;
}

function settingText(measure: ThresholdMeasure, whole: number): string {
  return measure === 'cost' ? dollarsText(whole) : String(shownValue(measure, whole));
}

/** Why the session closes: `the session has used 201,204 of its 200,000 tokens (thresholds.session.tokens)`. */
export function stopReason(level: ReachedLevel): string {
  const setting = level.axis === 'context' ? 'context.stop' : `session.${level.measure}`;
  return `${standingText(level)} (thresholds.${setting})`;
}

/** What a person can do about a level. */
export function suggestionFor(
  level: ReachedLevel,
  { levels, nothingLeftToCompact }: ThresholdRules,
  sessionId: string,
): string {
  const id = shellWord(sessionId);
  const carryOn = `carry on in a new session with \`${carryOnCommand(sessionId)}\``;
  const smaller = 'send fewer runs of history (history.runs), or choose a model with a larger window';
  if (level.axis === 'context') {
    if (nothingLeftToCompact) {
      if (level.level === 'stop') return `The session closes: nothing is left to compact. You can ${carryOn}.`;
      return `You can turn the agent's summary on, ${smaller}, or ${carryOn}.`;
    }
    if (level.level === 'compact' || level.level === 'stop') {
      return `Older runs are now folded into a summary. Where this comes often, ${smaller}.`;
    }
    return `You can fold older runs into a summary with \`loadline compact ${id}\`, ${smaller}.`;
  }
  const closes = levels.session.onReach === 'stop';
  if (closes && level.level === 'reached') return `The session closes. You can ${carryOn}.`;
  const raised = settingText(level.measure, raisedLimit(level, levels.session.warnAt));
  const raise = `raise the limit with \`loadline limits ${id} thresholds.session.${level.measure}=${raised}\``;
  const spends = level.measure === 'tokens' || level.measure === 'cost';
  const sparing = spends ? 'send fewer runs of history (history.runs), ' : '';
  return `You can ${sparing}${raise}, or ${carryOn}.${closes ? ' At its limit the session closes.' : ''}`;
}

/** The event of a level that has just begun to stand. */
export function thresholdEvent(level: ReachedLevel, rules: ThresholdRules, sessionId: string): EventBody {
  const text = standingText(level);
  return {
    type: 'threshold.reached',
    axis: level.axis,
    level: level.level,
    measure: level.measure,
    fraction: level.fraction,
    value: shownValue(level.measure, level.value),
    limit: shownValue(level.measure, level.limit),
    message: `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`,
    suggestion: suggestionFor(level, rules, sessionId),
  };
}
