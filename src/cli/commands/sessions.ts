import { Option, type Command } from 'commander';
import type { SessionQuery } from '../../client/api.ts';
import { positive } from '../number-argument.ts';
import { print, printDocument } from '../output.ts';
import { ownCommand } from '../own-command.ts';
import type { CommonOptions } from '../place.ts';
import { withStore } from '../with-client.ts';

interface SessionsOptions extends CommonOptions, Omit<SessionQuery, 'idPrefix' | 'limit'> {
  readonly limit: number;
}

export function sessionsCommand(program: Command): Command {
  return program
    .command('sessions')
    .summary('the sessions there are, newest first')
    .description('Lists sessions, newest first. It needs nothing that runs.')
    .argument('[beginning]', 'of their ids')
    .option('--agent <name>', 'of this agent')
    .option('--user <id>', 'of this user')
    .option('--tenant <id>', 'of this tenant')
    .addOption(new Option('--status <status>', 'in this state').choices(['open', 'closing', 'closed', 'failed']))
    .option('--limit <number>', 'at most so many', positive, 20)
    .option('--after <cursor>', 'the page after the one that gave this cursor')
    .action(sessions);
}

async function sessions(beginning: string | undefined, options: SessionsOptions): Promise<void> {
  const { json, config: _, envFile: __, ...query } = options;
  const filter = beginning === undefined ? query : { ...query, idPrefix: beginning };
  await withStore(options, async (store) => {
    const { listSessions } = await import('../../client/reading.ts');
    const page = await listSessions(store, filter);
    if (json === true) return printDocument(page);
    if (page.sessions.length === 0) return print(`No session. Start one with: ${ownCommand()} start`);
    const { describeSessions } = await import('../terminal/describe-sessions.ts');
    print(describeSessions(page.sessions, Date.now()));
    if (page.cursor !== null) print(`More: ${ownCommand()} sessions --after ${page.cursor}`);
  });
}
