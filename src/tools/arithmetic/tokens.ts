import { ToolError } from '../../config/tool-error.ts';

export type Token =
  | { readonly kind: 'number'; readonly text: string; readonly at: number }
  | { readonly kind: 'name' | 'sign'; readonly text: string; readonly at: number };

const blank = /\s+/y;
const numeral = /(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const word = /[A-Za-z]\w*/y;
const sign = /\*\*|\/\/|[-+*/%^(),!]/y;
/** As people write them. */
const spellings: Readonly<Record<string, string>> = { '×': '*', '·': '*', '÷': '/', '−': '-', '–': '-' };

/** @throws ToolError at a sign that no expression has, with its place. */
export function tokensOf(written: string): readonly Token[] {
  const text = written.replaceAll(/[×·÷−–]/g, (spelling) => spellings[spelling] ?? spelling);
  const tokens: Token[] = [];
  const match = (pattern: RegExp, at: number): string | null => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? null;
  };
  for (let at = 0; at < text.length;) {
    const skipped = match(blank, at);
    const number = match(numeral, at);
    const name = match(word, at);
    const found = skipped ?? number ?? name ?? match(sign, at);
    if (found === null) {
      throw new ToolError(`"${text[at]}" at character ${at + 1} has no meaning in an expression`);
    }
    if (number !== null) tokens.push({ kind: 'number', text: found.replaceAll('_', ''), at });
    else if (skipped === null) tokens.push({ kind: name === null ? 'sign' : 'name', text: found, at });
    at += found.length;
  }
  return tokens;
}
