import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fieldTable, type Route } from '../../src/server/openai/field-table.ts';

const root = join(import.meta.dirname, '../..');
const documented = readFileSync(join(root, 'docs/openai.md'), 'utf8');
const openai = join(root, 'node_modules/openai');

const places = {
  chat: {
    heading: 'Chat completions',
    file: 'chat/completions/completions.d.ts',
    type: 'ChatCompletionCreateParamsBase',
  },
  responses: { heading: 'Responses', file: 'responses/responses.d.ts', type: 'ResponseCreateParamsBase' },
} as const;

/** The fields of a request as OpenAI's package has them. */
function knownFields({ file, type }: (typeof places)[Route]): readonly string[] {
  const source = readFileSync(join(openai, 'resources', file), 'utf8');
  const from = source.indexOf(`export interface ${type}`);
  const body = source.slice(from, source.indexOf('\n}', from));
  return [...body.matchAll(/^ {4}(\w+)\??:/gm)].map(([, field = '']) => field);
}

describe.each(['chat', 'responses'] as const)('the field table: %s', (route) => {
  it('is the one of docs/openai.md, row by row', () => {
    const [, section = ''] = documented.split(`\n### ${places[route].heading}\n`);
    const rows = [...(section.split(/\n#/)[0] ?? '').matchAll(/^\| `(\w+)` *\| (\w+) *\| (.*?) *\|$/gm)];
    expect(rows.map(([, field, kind, note]) => ({ field, kind, note }))).toEqual(
      fieldTable[route].map(({ field, kind, note }) => ({ field, kind, note })),
    );
  });

  it("has every field of OpenAI's own package, and each once", () => {
    const fields = fieldTable[route].map(({ field }) => field);
    expect(fields.toSorted()).toEqual(knownFields(places[route]).toSorted());
  });
});
