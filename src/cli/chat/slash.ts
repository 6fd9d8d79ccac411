import { didYouMean } from '../../domain/nearest.ts';

/** What can be asked for in a chat beside sending a message. */
export const slashCommands = {
  approve: { takes: '[call]', says: 'let a tool call that waits go on' },
  budget: { takes: '[raise AMOUNT]', says: 'the budgets that count here; more for the tightest' },
  cancel: { takes: '', says: 'cancel the run in progress, as Ctrl-C does' },
  close: { takes: '[reason]', says: 'end the session for good' },
  compact: { takes: '[runs]', says: 'fold all but the newest runs into a summary' },
  deny: { takes: '[call] [reason]', says: 'refuse a tool call that waits' },
  exit: { takes: '', says: 'leave; the session goes on' },
  help: { takes: '', says: 'this list' },
  limits: { takes: '[key=value …]', says: 'show or set limits and thresholds' },
  metrics: { takes: '', says: 'tokens, cost and time, by model' },
  state: { takes: '', says: 'what it does, what fills its context' },
  transcript: { takes: '[words]', says: 'what was said, or where it says these words' },
} as const;

export type SlashName = keyof typeof slashCommands;

export type ChatLine =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'message'; readonly text: string }
  | { readonly kind: 'command'; readonly name: SlashName; readonly words: readonly string[] }
  | { readonly kind: 'unknown'; readonly problem: string };

const names = Object.keys(slashCommands) as readonly SlashName[];

function isName(name: string): name is SlashName {
  return Object.hasOwn(slashCommands, name);
}

/**
 * What a line means: a command is one line that begins with a slash and a word. A second slash makes a message of it,
 * and so does anything that is no word, such as a path.
 *
 * @example
 * parseLine('/compact 2'); // { kind: 'command', name: 'compact', words: ['2'] }
 * parseLine('//compact'); // { kind: 'message', text: '/compact' }
 */
export function parseLine(text: string): ChatLine {
  if (text.trim() === '') return { kind: 'nothing' };
  if (text.startsWith('//')) return { kind: 'message', text: text.slice(1) };
  const [, typed, rest = ''] = /^\/([a-z]+)(?: +(.*))?$/i.exec(text.trimEnd()) ?? [];
  if (typed === undefined) return { kind: 'message', text };
  const name = typed.toLowerCase() === 'quit' ? 'exit' : typed.toLowerCase();
  if (isName(name)) return { kind: 'command', name, words: rest.split(/ +/).filter((word) => word !== '') };
  const hint = didYouMean(name, names).replace('"', '"/');
  return { kind: 'unknown', problem: `There is no command /${typed}${hint || '; /help lists them'}` };
}

/** Whole lines that a line may be the beginning of. */
export function completionsOf(line: string, limitNames: readonly string[]): readonly string[] {
  const [, name] = /^\/([a-z]*)$/.exec(line) ?? [];
  if (name !== undefined) return names.filter((one) => one.startsWith(name)).map((one) => `/${one} `);
  const [, before, begun] = /^(\/limits (?:.* )?)([\w.]*)$/.exec(line) ?? [];
  if (before === undefined || begun === undefined) return [];
  return limitNames.filter((one) => one.startsWith(begun)).map((one) => `${before}${one}=`);
}
