import fc from 'fast-check';
import type { UserPart } from '../../src/domain/messages.ts';

/** What one message brings about: rounds of tools, then an answer or what comes in its place. */
export interface ScriptedRun {
  readonly text: string;
  readonly media: readonly UserPart[];
  readonly rounds: readonly (readonly ScriptedCall[])[];
  readonly end: 'answer' | 'nothing' | 'thought alone' | 'filtered' | 'failure';
  readonly answer: string;
}

export interface ScriptedCall {
  readonly name: string;
  readonly arguments: string | { readonly size: number; readonly kind: (typeof outputKinds)[number] };
}

export const outputKinds = ['text', 'json', 'error', 'emoji', 'half', 'nothing'] as const;

const word = fc.constantFrom(
  'the river',
  'Zuverlässigkeit',
  '春眠不觉晓，处处闻啼鸟。',
  '👩‍👩‍👧‍👦🇩🇪',
  '<|endoftext|>',
  '{"when": "2026-11-22"}',
  'if (a[i] !== "\\n") { return `${x}`; }\n\t',
  '3.14159265358979',
  '"a" "b"',
  '🎉'.slice(0, 1),
);
const short = fc.array(word, { minLength: 1, maxLength: 12 }).map((words) => `So: ${words.join(' ')}`);
/** Up to some 3,000 tokens: more than the small windows hold. */
const long = fc.tuple(short, fc.integer({ min: 2, max: 60 })).map(([text, times]) => `${text}. `.repeat(times));
const text = fc.oneof({ weight: 3, arbitrary: short }, { weight: 2, arbitrary: long });

const png: UserPart = { type: 'image', data: 'iVBORw0KGgo=', mediaType: 'image/png' };
const pdf: UserPart = {
  type: 'file',
  data: Buffer.from('%PDF-1.7\n%%EOF').toString('base64'),
  mediaType: 'application/pdf',
};
const notes: UserPart = { type: 'file', data: Buffer.from('Notes.').toString('base64'), mediaType: 'text/plain' };
const wav: UserPart = {
  type: 'audio',
  data: Buffer.from('RIFF____WAVEfmt ').toString('base64'),
  mediaType: 'audio/wav',
};

/** What each wire takes beside text. */
export const mediaOf = {
  responses: [png, pdf],
  chat: [png, pdf, wav],
  anthropic: [png, pdf, notes],
  ollama: [png],
} as const;

const call: fc.Arbitrary<ScriptedCall> = fc.record({
  name: fc.oneof(
    { weight: 2, arbitrary: fc.constant('look_up') },
    { weight: 1, arbitrary: fc.constantFrom('functions.look up', 'LookUp?') },
  ),
  arguments: fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ size: fc.integer({ min: 0, max: 40 }), kind: fc.constantFrom(...outputKinds) }),
    },
    { weight: 1, arbitrary: fc.constantFrom('', '{"unfinished": "js', '[1]') },
  ),
});

const end = fc.oneof(
  { weight: 6, arbitrary: fc.constant('answer' as const) },
  { weight: 3, arbitrary: fc.constantFrom('nothing', 'thought alone', 'filtered', 'failure') },
) as fc.Arbitrary<ScriptedRun['end']>;

/** Random transcripts of a wire: parallel tool calls, media, long messages, runs that failed. */
export function transcripts(wire: keyof typeof mediaOf): fc.Arbitrary<readonly ScriptedRun[]> {
  const run = fc.record({
    text,
    media: fc.oneof(
      { weight: 4, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(fc.constantFrom<UserPart>(...mediaOf[wire]), { minLength: 1, maxLength: 2 }) },
    ),
    rounds: fc.oneof(
      { weight: 1, arbitrary: fc.constant([]) },
      {
        weight: 1,
        arbitrary: fc.array(fc.array(call, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 2 }),
      },
    ),
    end,
    answer: text,
  });
  return fc.array(run, { minLength: 4, maxLength: 9 });
}
