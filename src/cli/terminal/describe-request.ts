import type { RequestItem, RequestView } from '../../client/inspect-api.ts';
import { textOfMessage } from '../../domain/message-text.ts';
import { paint } from './colours.ts';
import { describeCuts } from './describe-plan.ts';
import { amountOf, count } from '../../domain/figures.ts';
import { table } from './table.ts';
import { wrap } from './wrap.ts';

const marks = { same: ' ', added: '+', removed: '-' } as const;
const styles = { same: 'reset', added: 'green', removed: 'red' } as const;
const shownChars = 100;

interface Shown {
  readonly width: number;
  /** All that the items say, or their beginnings? */
  readonly whole: boolean;
}

/** A request as a list of its items, and below it what was left out, and why. */
export function describeRequest(view: RequestView, { width, whole }: Shown): string {
  const { callId, attempt, provider, model, agent, modelType, items, plan } = view;
  const head = `Call ${callId}, attempt ${attempt}: ${agent} asked ${provider}/${model} (${modelType})`;
  const list = whole ? items.map(describeWhole).join('\n\n') : describeShort(items, width);
  const cuts = describeCuts(plan.cut).flatMap((line) => wrap(line, width));
  return [paint('bold', head), '', list, '', ...cuts.map((line) => paint('dim', line)), describeSum(view)].join('\n');
}

function describeShort(items: readonly RequestItem[], width: number): string {
  return table<RequestItem>(
    [
      { title: ' ', value: ({ change }) => paint(styles[change], marks[change]) },
      { title: 'TOKENS', align: 'right', value: ({ tokens }) => count(tokens) },
      { title: 'ITEM', value: nameOf },
      { title: 'BEGINS', spare: 1, value: (item) => paint('dim', beginningOf(item)) },
    ],
    items,
    width,
    (text) => paint('dim', text),
  );
}

function nameOf({ kind, role, number, shownAs = 'whole' }: RequestItem): string {
  if (kind !== 'message') return kind;
  const place = number === undefined ? '' : ` ${number}`;
  return `${role ?? ''} message${place}${shownAs === 'whole' ? '' : ` as ${shownAs}`}`;
}

function textOf({ text, parts = [] }: RequestItem): string {
  return text ?? textOfMessage({ parts });
}

function beginningOf(item: RequestItem): string {
  const flat = textOf(item).replaceAll(/\s+/g, ' ').trim();
  return flat.length <= shownChars ? flat : `${flat.slice(0, shownChars - 1)}…`;
}

function describeWhole(item: RequestItem): string {
  const head = `${marks[item.change]} ${nameOf(item)} (${amountOf(item.tokens, 'token')})`;
  return `${paint([styles[item.change], 'bold'], head)}\n${textOf(item)}`;
}

function describeSum({ items, tokens, inputTokens, before, exact }: RequestView): string {
  const sent = items.filter(({ change }) => change !== 'removed').length;
  const counted = inputTokens === null ? '' : `; the provider counted ${count(inputTokens)}`;
  const since = before === null ? '' : `. Since ${before.callId}: ${before.added} new, ${before.removed} gone`;
  const doubt = exact ? '' : '\nThis version shows messages otherwise than the one that sent them.';
  return `${amountOf(sent, 'item')}, about ${amountOf(tokens, 'token')}${counted}${since}${doubt}`;
}
