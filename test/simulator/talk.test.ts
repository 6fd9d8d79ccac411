import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { textForm } from '../../src/simulator/prompt.ts';
import type { Prompt, Turn } from '../../src/simulator/prompt.ts';
import { firstSum } from '../../src/simulator/talk/arithmetic.ts';
import { valueFrom } from '../../src/simulator/talk/from-schema.ts';
import { say } from '../../src/simulator/talk/say.ts';
import { countTokens, firstTokens, textOf } from '../../src/simulator/tokens.ts';

function prompt(...turns: Turn[]): Prompt {
  const limits = {
    model: 'm',
    stream: false,
    maxOutputTokens: 100,
    schema: null,
    thinks: false,
    cacheKey: '',
    writesCache: false,
  };
  return { ...limits, segments: [], turns, tools: [], toolChoice: 'auto', parallelTools: true };
}

const user = (text: string): Turn => ({ role: 'user', text });

describe('what the simulator says', () => {
  it.each([
    ['Hello!', 'Hello! What can I do for you?'],
    ['What is 2 + 3 * 4?', '2 + 3 * 4 = 14'],
    ['How many words are in "one two three"?', 'That is 3 words.'],
    ['My name is Ann and I live in Oslo.', 'Noted. Your name is Ann. You live in Oslo.'],
    ['Tell me a joke.', 'You said: “Tell me a joke.” That is 4 words.'],
    ['', 'I am here.'],
  ])('to %j is %j', (question, answer) => {
    expect(say(prompt(user(question)))).toBe(answer);
  });

  it('says that it is simulated when asked', () => {
    expect(say(prompt(user('Are you a real model?')))).toContain('simulator');
  });

  it('remembers what is in the request, and only that', () => {
    const told = user('My dog is called Rex. My favourite colour is green.');
    const asked = user('What is my favourite colour?');
    expect(say(prompt(told, { role: 'assistant', text: 'Noted.' }, asked))).toBe('Your favourite colour is green.');
    expect(say(prompt(asked))).toBe('You have not told me your favourite colour in this conversation.');
  });

  it('summarises where the instructions ask for it, what people said of themselves first', () => {
    const system: Turn = { role: 'system', text: 'Summarise the conversation.' };
    const summary = say(prompt(system, user('It rains. My name is Ann.')));
    expect(summary).toBe('Summary: My name is Ann. It rains.');
  });
});

describe('sums', () => {
  it('are worked out with products first', () => {
    const factors = fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 2, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(factors, { minLength: 1, maxLength: 4 }), (products) => {
        const text = products.map((numbers) => numbers.join(' * ')).join(' + ');
        const value = products.reduce((sum, numbers) => sum + numbers.reduce((product, number) => product * number), 0);
        expect(firstSum(`What is ${text}?`)).toEqual({ asked: text, value });
      }),
    );
    expect(firstSum('10 minus 4 divided by 2')?.value).toBe(8);
  });

  it.each(['2026-01-15', 'in 1999', 'no numbers', '5 / 0'])('are not seen in %j', (text) => {
    expect(firstSum(text)).toBeNull();
  });
});

describe('values from a JSON Schema', () => {
  const tree = {
    type: 'object',
    properties: { root: { $ref: '#/$defs/node' } },
    required: ['root'],
    $defs: {
      node: {
        type: 'object',
        properties: {
          name: { type: 'string', minLength: 3, maxLength: 8 },
          children: { type: 'array', items: { $ref: '#/$defs/node' } },
        },
        required: ['name', 'children'],
        additionalProperties: false,
      },
    },
  };
  it.each([
    [
      'plain types',
      {
        type: 'object',
        properties: { city: { type: 'string' }, celsius: { type: 'number' }, warm: { type: 'boolean' } },
        required: ['city', 'celsius', 'warm'],
        additionalProperties: false,
      },
    ],
    [
      'enums and constants',
      {
        type: 'object',
        properties: { unit: { enum: ['C', 'F'] }, kind: { const: 'weather' } },
        required: ['unit', 'kind'],
      },
    ],
    ['bounds', { type: 'array', items: { type: 'integer', minimum: 3, maximum: 5 }, minItems: 2, maxItems: 4 }],
    ['exclusive bounds', { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 }],
    ['multiples', { type: 'integer', multipleOf: 7, minimum: 10 }],
    ['nullable', { type: ['string', 'null'], maxLength: 2 }],
    [
      'choices',
      { anyOf: [{ type: 'null' }, { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] }] },
    ],
    [
      'parts',
      {
        allOf: [
          { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
          { properties: { b: { type: 'integer' } }, required: ['b'] },
        ],
      },
    ],
    ['tuples', { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }], items: false }],
    ['formats', { type: 'object', properties: { at: { type: 'string', format: 'date-time' } }, required: ['at'] }],
    ['a recursive schema', tree],
  ])('satisfy %s', (_, schema) => {
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
    const value = valueFrom(schema, 'How warm is it in Oslo on day 12?');
    expect(validate(value) ? null : textForm(validate.errors)).toBeNull();
  });

  it('take names and numbers from the question', () => {
    const schema = { type: 'object', properties: { city: { type: 'string' }, celsius: { type: 'number' } } };
    expect(valueFrom(schema, 'It is 18.5 degrees in New York today')).toEqual({ city: 'New York', celsius: 18.5 });
  });
});

describe('tokens', () => {
  it('are counted the same in pieces as whole, for prose', () => {
    const text = 'The quick brown fox jumps over the lazy dog. '.repeat(500);
    expect(countTokens(text)).toBe(countTokens(text.slice(0, 45)) * 500 - 499);
  });

  it('are counted for special tokens and long unbroken text too', () => {
    expect(countTokens('<|endoftext|>')).toBeGreaterThan(1);
    const start = performance.now();
    expect(countTokens('漢字仮名交じり文'.repeat(4_000))).toBeGreaterThan(10_000);
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  it('make texts of any number', () => {
    for (const count of [0, 1, 5, 500, 5_000]) expect(countTokens(textOf(count))).toBe(count);
  });

  it('never exceed the limit of a cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.integer({ min: 0, max: 60 }), (text, limit) => {
        const cut = firstTokens(text, limit);
        expect(text.startsWith(cut)).toBe(true);
        expect(countTokens(cut)).toBeLessThanOrEqual(limit);
      }),
    );
  });
});
