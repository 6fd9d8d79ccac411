import type { Command } from 'commander';
import type { SessionOptions } from '../../client/api.ts';
import { note, print, printDocument } from '../output.ts';
import { ownCommand } from '../own-command.ts';
import type { CommonOptions } from '../place.ts';
import { withClient } from '../with-client.ts';

interface StartSessionOptions extends CommonOptions {
  readonly agent?: string;
  readonly session?: string;
  readonly user?: string;
  readonly tenant?: string;
}

export function startSessionCommand(program: Command): Command {
  return program
    .command('start')
    .summary('start a session and print its id')
    .description('Starts a session and prints its id. One that is there already is answered as it is.')
    .option('--agent <name>', "the agent; without it the config's first")
    .option('--session <id>', 'an id of your own; without it one is made up')
    .option('--user <id>', 'whose session it is, for budgets and lists')
    .option('--tenant <id>', 'the tenant it belongs to')
    .action(start);
}

async function start(options: StartSessionOptions): Promise<void> {
  const { json, session: id, user, tenant } = options;
  await withClient(options, async ({ api, place }) => {
    const { firstAgent } = await import('../first-agent.ts');
    const agent = options.agent ?? (await firstAgent(place, options));
    const given = Object.entries({ id, user, tenant }).filter(([, value]) => value !== undefined);
    const created = await api.session(agent, Object.fromEntries(given) as SessionOptions).start();
    if (json === true) return printDocument(created);
    print(created.sessionId);
    if (process.stdout.isTTY) {
      const state = created.created ? '' : ' It was there already.';
      note(`Agent ${agent}.${state} Say something: ${ownCommand()} send ${created.sessionId} "Hello"`);
    }
  });
}
