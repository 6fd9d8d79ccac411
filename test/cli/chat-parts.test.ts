import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import stringWidth from 'string-width';
import { rowsOf } from '../../src/cli/chat/fill-rows.ts';
import { InputHistory } from '../../src/cli/chat/input-history.ts';
import { layoutInput, lineBreak, visibleRows } from '../../src/cli/chat/input-layout.ts';
import { completionsOf, parseLine } from '../../src/cli/chat/slash.ts';
import { statusLine, type ChatStatus } from '../../src/cli/chat/status-line.ts';
import { TextFlow } from '../../src/cli/chat/text-flow.ts';
import { guarded, guardedJson, neutral } from '../../src/cli/terminal/neutral.ts';

/** Whatever a terminal obeys. */
// oxlint-disable-next-line no-control-regex
const obeyed = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u2069]/;
const hostile = fc.array(
  fc.oneof(
    fc.constantFrom('\u001B[2J', '\u001B]52;c;eA==\u0007', '\u009B1A', '\u202E', '\r', '\u001B[8m', '\n', 'a ', '世'),
    fc.string({ unit: 'binary' }),
  ),
);

describe('text of strangers', () => {
  it('has nothing left that a terminal obeys, whatever it was, and in whatever pieces it comes', () => {
    fc.assert(
      fc.property(hostile, (pieces) => {
        expect(pieces.map(neutral).join('')).not.toMatch(obeyed);
        expect(guarded(pieces.join(''), false)).not.toMatch(obeyed);
        // oxlint-disable-next-line no-control-regex
        expect(guarded(pieces.join(''), true).replaceAll(/\u001B\[\d+m/g, '')).not.toMatch(obeyed);
      }),
    );
  });

  it('keeps lines, tabs, our own colours, and the joiners that emoji and scripts need', () => {
    const family = '👩‍👩‍👧 می‌خواهم\tx\ny';
    expect(neutral(family)).toBe(family);
    expect(neutral('a\r\nb')).toBe('a\nb');
    expect(neutral('\u001B[31mred')).toBe('\\u{1b}[31mred');
    expect(guarded('\u001B[31mred\u001B[39m \u001B[8mhidden', true)).toBe('\u001B[31mred\u001B[39m \\u{1b}[8mhidden');
  });

  it('is the same value in JSON', () => {
    fc.assert(
      fc.property(hostile, (pieces) => {
        const json = guardedJson(JSON.stringify(pieces));
        expect(json).not.toMatch(obeyed);
        expect(JSON.parse(json)).toEqual(pieces);
      }),
    );
  });
});

describe('a line that is typed into a chat', () => {
  it('is a command when it is a slash and a word, and a message otherwise', () => {
    expect(parseLine('/compact 2 ')).toEqual({ kind: 'command', name: 'compact', words: ['2'] });
    expect(parseLine('/QUIT')).toEqual({ kind: 'command', name: 'exit', words: [] });
    expect(parseLine('//compact')).toEqual({ kind: 'message', text: '/compact' });
    expect(parseLine('/etc/hosts is where?')).toEqual({ kind: 'message', text: '/etc/hosts is where?' });
    expect(parseLine('/close\nthe door')).toEqual({ kind: 'message', text: '/close\nthe door' });
    expect(parseLine('  \n')).toEqual({ kind: 'nothing' });
  });

  it('is told what was most likely meant', () => {
    expect(parseLine('/metrcs')).toEqual({
      kind: 'unknown',
      problem: 'There is no command /metrcs; did you mean "/metrics"?',
    });
    expect(parseLine('/xyzzy')).toMatchObject({ problem: 'There is no command /xyzzy; /help lists them' });
  });

  it('is completed: commands, and the names of limits', () => {
    expect(completionsOf('/c', [])).toEqual(['/cancel ', '/close ', '/compact ']);
    expect(completionsOf('/limits a=1 calls', ['callsPerRun', 'queue'])).toEqual(['/limits a=1 callsPerRun=']);
    expect(completionsOf('hello', ['hello'])).toEqual([]);
  });

  it('is laid out within the width with the cursor where the next character goes, for every script', () => {
    const typed = fc.array(fc.constantFrom('a', 'é', '世', '🎉', '👩‍👩‍👧', lineBreak, ' '), { maxLength: 60 });
    fc.assert(
      fc.property(typed, fc.integer({ min: 8, max: 40 }), fc.nat(), (characters, width, seed) => {
        const before = seed % (characters.length + 1);
        const text = characters.join('');
        const cursor = characters.slice(0, before).join('').length;
        const layout = layoutInput('› ', text, cursor, width);
        expect(layout.rows.every((row) => stringWidth(row) <= width)).toBe(true);
        expect(layout.rows.map((row) => row.slice(2)).join('')).toBe(text.replaceAll(lineBreak, ''));
        const shown = layout.rows[layout.row] ?? '';
        expect(layout.column).toBeLessThanOrEqual(stringWidth(shown));
        const shownBefore = layout.rows.slice(0, layout.row).map((row) => stringWidth(row) - 2);
        const cells = shownBefore.reduce((sum, one) => sum + one, layout.column - 2);
        expect(cells).toBe(stringWidth(text.slice(0, cursor).replaceAll(lineBreak, '')));
        expect(visibleRows(layout, 3).rows.length).toBeLessThanOrEqual(3);
        expect(visibleRows(layout, 3).rows[visibleRows(layout, 3).row]).toBe(shown);
      }),
    );
  });

  it('is found again by the next chat, in a file that nobody else may read', () => {
    const home = mkdtempSync(join(tmpdir(), 'loadline-history-'));
    try {
      new InputHistory(home).add('first');
      new InputHistory(home).add('two\nlines');
      expect(new InputHistory(home).entries()).toEqual(['two\nlines', 'first']);
      expect(statSync(join(home, 'chat-history')).mode & 0o777).toBe(0o600);
    } finally {
      rmSync(home, { recursive: true });
    }
  });
});

describe('the status line of a chat', () => {
  const status: ChatStatus = {
    context: { use: 0.41, marks: { warn: 0.75, critical: 0.95 } },
    spent: { totalTokens: 1204, cost: 0.0021, estimatedTokens: 0 },
    simulated: false,
    model: 'openai/gpt-5.2',
    doing: 'answering 3 s',
  };

  it('has the gauge, what goes on, tokens, cost and model', () => {
    expect(statusLine(status, 120)).toBe('▕████▌   ┊ ┊▏ 41 %  answering 3 s · 1,204 tokens · $0.0021 · openai/gpt-5.2');
  });

  it('gives up the model first, then cost and tokens; the gauge stays', () => {
    expect(statusLine(status, 60)).toBe('▕████▌   ┊ ┊▏ 41 %  answering 3 s · 1,204 tokens · $0.0021');
    expect(statusLine(status, 45)).toBe('▕██▌ ┊┊▏ 41 %  answering 3 s · 1,204 tokens');
    expect(statusLine(status, 39)).toBe('▕██▌ ┊┊▏ 41 %  answering 3 s');
    expect(statusLine({ ...status, doing: null }, 39)).toBe('▕██▌ ┊┊▏ 41 %  1,204 tokens · $0.0021');
    expect(statusLine(status, 20)).toBe('▕██▌ ┊┊▏ 41 %');
  });

  it('never is longer than its row, once the gauge has room', () => {
    fc.assert(
      fc.property(fc.integer({ min: 16, max: 140 }), fc.string(), (width, doing) => {
        expect(stringWidth(statusLine({ ...status, doing }, width))).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe('an answer that flows into rows', () => {
  function flowed(pieces: readonly string[], width: number): readonly string[] {
    const rows: string[] = [];
    const flow = new TextFlow(
      () => width,
      (left) => rows.push(...left),
    );
    for (const piece of pieces) flow.write(piece);
    return [...rows, flow.last.text];
  }

  it('stands in the same rows, in whatever pieces it comes', () => {
    const words = fc.array(fc.constantFrom('word', 'longer-word', ' ', '\n', '世界', '🎉', '  indented'));
    fc.assert(
      fc.property(words, fc.integer({ min: 12, max: 30 }), (pieces, width) => {
        expect(flowed(pieces, width)).toEqual(flowed([pieces.join('')], width));
        expect(flowed([...pieces.join('')], width)).toEqual(flowed([pieces.join('')], width));
      }),
    );
  });

  it('breaks at blanks, keeps the indent of code, and breaks Chinese where the row is full', () => {
    expect(rowsOf('the quick brown fox', 10)).toEqual(['the quick', 'brown fox']);
    expect(rowsOf('    if (x) return', 12)).toEqual(['    if (x)', '    return']);
    expect(rowsOf('春眠不觉晓处处闻啼鸟', 10)).toEqual(['春眠不觉晓', '处处闻啼鸟']);
    expect(rowsOf('see https://example.com/a/b', 12)).toEqual(['see', 'https://example.com/a/b']);
  });

  it('goes on where it was broken off for a note, without the blank there', () => {
    const rows: string[] = [];
    const flow = new TextFlow(
      () => 20,
      (left) => rows.push(...left),
    );
    flow.write('one two');
    flow.breakRow();
    flow.write(' three');
    expect([...rows, flow.last.text]).toEqual(['one two', 'three']);
  });
});
