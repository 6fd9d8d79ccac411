import { realpathSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shellWord } from '../domain/shell-word.ts';

const here = fileURLToPath(import.meta.url);
const root = join(dirname(here), '..', '..');

/** How this command line is called here, for lines that are meant to be pasted. */
export function ownCommand(): string {
  if (here.endsWith('.js')) return 'loadline';
  if (realpathSync(process.cwd()) === realpathSync(root)) return 'npm run client --';
  return `node ${shellWord(relative(process.cwd(), join(root, 'src/cli/main.ts')))}`;
}

/** A message with the commands in it as they are called here. */
export function asPasted(message: string): string {
  return message.replaceAll('`loadline ', `\`${ownCommand()} `);
}

/** The same for the command that starts everything. */
export function startCommand(): string {
  const own = ownCommand();
  return own === 'npm run client --' ? 'npm start' : `${own} dev`;
}
