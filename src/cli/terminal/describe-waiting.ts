import type { WaitingFor } from '../../domain/run.ts';
import { resetText } from './describe-budgets.ts';

/** What a run waits for: `a budget, which resets in 13 h (2026-11-23 00:00 UTC)`. */
export function describeWaiting(waitingFor: readonly WaitingFor[], now: number): string {
  return waitingFor.map((one) => (one.kind === 'budget' ? budget(one, now) : approval(one, now))).join(', ');
}

function budget({ until }: WaitingFor, now: number): string {
  return until === undefined ? 'a budget, which never resets' : `a budget, which resets ${resetText(until, now)}`;
}

function approval(waiting: WaitingFor, now: number): string {
  const { callId, until, agent } = waiting;
  const whose = agent === undefined ? '' : ` of ${agent}`;
  const end = until === undefined ? '' : `; the time for it ends ${resetText(until, now)}`;
  return `somebody's word on ${describeCall(waiting)}${whose} (call ${callId}${end})`;
}

/** Of arguments that are shown in one line. */
const shownChars = 500;

/** A tool call in one line: `refund(amount: 40)`. A model wrote it: what could steer a terminal is shown by its code. */
export function describeCall({ tool = 'a tool', input }: Pick<WaitingFor, 'tool' | 'input'>): string {
  const text = argumentsOf(input);
  return `${tool}(${visible(text.length <= shownChars ? text : `${text.slice(0, shownChars)}…`)})`;
}

function argumentsOf(input: unknown): string {
  if (input === undefined) return '…';
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return String(JSON.stringify(input));
  return Object.entries(input)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join(', ');
}

/** Control characters, and those that change the order in which text is read. */
function visible(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
