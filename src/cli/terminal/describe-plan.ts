import type { Cut, PlanReport } from '../../domain/context.ts';
import { paint } from './colours.ts';
import { amountOf, count, percent } from '../../domain/figures.ts';
import { screenWidth } from './screen.ts';
import { table } from './table.ts';
import { wrap } from './wrap.ts';

interface Line {
  readonly part: string;
  readonly tokens: number;
  readonly note: string;
}

/** What a request was made of, as a table, and below it what was left out, and why. */
export function describePlan(plan: PlanReport): string {
  const { window } = plan;
  const lines: Line[] = [
    { part: 'instructions', tokens: plan.instructionTokens, note: '' },
    { part: 'tools', tokens: plan.toolTokens, note: '' },
    { part: 'summary', tokens: plan.summaryTokens, note: '' },
    { part: 'history', tokens: plan.historyTokens, note: amountOf(plan.runs, 'run') },
    { part: 'message', tokens: plan.messageTokens, note: 'and what its run has said' },
  ].filter(({ tokens }) => tokens > 0);
  const request: Line = {
    part: paint('bold', 'request'),
    tokens: plan.inputTokens,
    note: `at most ${count(plan.inputBound)}`,
  };
  const answer: Line = { part: 'answer', tokens: plan.answerTokens, note: 'room kept for it' };
  const drawn = table<Line>(
    [
      { title: 'LATEST REQUEST', value: ({ part }) => part },
      { title: 'TOKENS', align: 'right', value: ({ tokens }) => count(tokens) },
      ...(window === null
        ? []
        : [{ title: 'SHARE', align: 'right' as const, value: ({ tokens }: Line) => percent(tokens / window) }]),
      { title: '', spare: 1, value: ({ note }) => paint('dim', note) },
    ],
    [...lines, request, answer],
    screenWidth(),
    (text) => paint('dim', text),
  );
  const cuts = describeCuts(plan.cut).flatMap((line) => wrap(line, screenWidth()));
  return [drawn, ...cuts.map((line) => paint('dim', line))].join('\n');
}

/** What was left out of a request, and why: a line each. */
export function describeCuts(cuts: readonly Cut[]): readonly string[] {
  return cuts.map((cut) => `Left out: ${describeCut(cut)}`);
}

function describeCut({ what, count: number, why }: Cut): string {
  return `${amountOf(number, what === 'runs' ? 'run' : 'tool result')} (${why})`;
}
