import type { Command } from 'commander';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Session, SessionOptions } from '../../client/api.ts';
import { note, print, printDocument } from '../output.ts';
import { ownCommand } from '../own-command.ts';
import type { CommonOptions } from '../place.ts';
import { findSessionRow } from '../session-id.ts';
import { count } from '../../domain/figures.ts';
import { paintError } from '../terminal/colours.ts';
import { withClient } from '../with-client.ts';

interface StartSessionOptions extends CommonOptions {
  readonly agent?: string;
  readonly session?: string;
  readonly user?: string;
  readonly tenant?: string;
  readonly from?: string;
}

export function startSessionCommand(program: Command): Command {
  return program
    .command('start')
    .summary('start a session and print its id')
    .description('Starts a session and prints its id. One that is there already is answered as it is.')
    .option('--agent <name>', "the agent; without it that of --from, or the config's first")
    .option('--session <id>', 'an id of your own; without it one is made up')
    .option('--user <id>', 'whose session it is, for budgets and lists')
    .option('--tenant <id>', 'the tenant it belongs to')
    .option('--from <id>', 'a session, open or closed, that the new one carries on: it begins with its summary')
    .action(start);
}

async function start(options: StartSessionOptions): Promise<void> {
  const { json, session: id, user, tenant } = options;
  await withClient(options, async ({ api, backend, place }) => {
    const { firstAgent } = await import('../first-agent.ts');
    const source = options.from === undefined ? null : await findSessionRow(backend.store, options.from);
    const from = source?.sessionId;
    const agent = options.agent ?? source?.agent ?? (await firstAgent(place, options));
    const given = Object.entries({ id, user, tenant, from }).filter(([, value]) => value !== undefined);
    const created = await api.session(agent, Object.fromEntries(given) as SessionOptions).start();
    if (from !== undefined && created.created) await noteCarriedOn(api.existing(created.sessionId), from);
    if (json === true) return printDocument(created);
    print(created.sessionId);
    if (process.stdout.isTTY) {
      const state = created.created ? '' : ' It was there already.';
      note(`Agent ${agent}.${state} Say something: ${ownCommand()} send ${created.sessionId} "Hello"`);
    }
  });
}

const lookEveryMs = 50;

/** Waits until the new session has its beginning, and tells what that is. */
async function noteCarriedOn(session: Session, from: string): Promise<void> {
  let state = await session.state();
  for (; state.compacting; state = await session.state()) await sleep(lookEveryMs);
  const { summary, compactionProblem } = state;
  if (summary === null) {
    const why = compactionProblem ?? 'nothing was said in it';
    return note(`${paintError('yellow', 'warning:')} It begins with nothing of ${from}: ${why}`);
  }
  if (process.stdout.isTTY) {
    note(`It carries ${from} on and begins with a summary of ${count(summary.tokens)} tokens.`);
  }
}
