import type { JsonObject } from '../../src/domain/json.ts';
import type { ToolSpec } from '../../src/domain/agent.ts';
import type { RequestMessage } from '../../src/providers/provider.ts';
import { textKinds, textsOf, type TextKind } from './texts.ts';

/** What people say in one conversation, in turn; the model's answers come between. */
export interface Script {
  readonly instructions: string;
  readonly tools: readonly ToolSpec[];
  readonly turns: readonly (readonly RequestMessage[])[];
}

export type ScriptKind = TextKind | 'mixed';
export const scriptKinds: readonly ScriptKind[] = [...textKinds, 'mixed'];

const instructions =
  'You are a friendly assistant of a bicycle shop. Answer briefly, and say so when you do not know.\nOpening hours: 9:00–18:30, Sundays closed.';

const weather: ToolSpec = {
  name: 'weather',
  description: 'Temperature in a city, Celsius',
  inputSchema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

const user = (text: string): RequestMessage => ({ role: 'user', parts: [{ type: 'text', text }] });

function toolRound(number: number, input: JsonObject, output: JsonObject): RequestMessage[] {
  const call = { callId: `call${number}aaaa`, tool: weather.name };
  return [
    { role: 'assistant', parts: [{ type: 'tool-call', ...call, input }] },
    { role: 'tool', parts: [{ type: 'tool-result', ...call, output, isError: false }] },
  ];
}

/** Conversations of `turns` turns each; the mixed ones change language from turn to turn and have called a tool. */
export function scriptsOf(kind: ScriptKind, count: number, turns: number): Script[] {
  return Array.from({ length: count }, (_, index): Script => {
    if (kind !== 'mixed') {
      const texts = textsOf(kind, count * turns).slice(index * turns, (index + 1) * turns);
      return { instructions: index % 2 === 0 ? instructions : '', tools: [], turns: texts.map((text) => [user(text)]) };
    }
    const texts = Array.from({ length: turns }, (__, turn) => {
      const textKind = textKinds[(index + turn) % textKinds.length] ?? 'English';
      return textsOf(textKind, count * turns)[index * turns + turn] ?? '';
    });
    const called = toolRound(index, { city: '東京' }, { celsius: 21.5, sky: '☀️ clear', wind: [3, 4, 6] });
    return {
      instructions,
      tools: [weather],
      turns: texts.map((text, turn) => (turn === 1 ? [user('東京の天気は?'), ...called, user(text)] : [user(text)])),
    };
  });
}
