import { Command, CommanderError, Option } from 'commander';
import { createRequire } from 'node:module';
import { approveCommand } from './commands/approve.ts';
import { budgetCommand } from './commands/budget.ts';
import { cancelCommand } from './commands/cancel.ts';
import { chatCommand } from './commands/chat.ts';
import { compactCommand } from './commands/compact.ts';
import { closeCommand } from './commands/close.ts';
import { completionCommand } from './commands/completion.ts';
import { devCommand } from './commands/dev.ts';
import { doctorCommand } from './commands/doctor.ts';
import { ledgerCommand } from './commands/ledger.ts';
import { limitsCommand } from './commands/limits.ts';
import { metricsCommand } from './commands/metrics.ts';
import { modelsCommand } from './commands/models.ts';
import { overviewCommand } from './commands/overview.ts';
import { requestCommand } from './commands/request.ts';
import { sendCommand } from './commands/send.ts';
import { sessionsCommand } from './commands/sessions.ts';
import { serverCommand } from './commands/server.ts';
import { signalCommand } from './commands/signal.ts';
import { startSessionCommand } from './commands/start.ts';
import { stateCommand } from './commands/state.ts';
import { transcriptCommand } from './commands/transcript.ts';
import { usageCommand } from './commands/usage.ts';
import { workerCommand } from './commands/worker.ts';

/** Adds one command to the program. */
export type AddCommand = (program: Command) => Command;

const groups: Readonly<Record<string, readonly AddCommand[]>> = {
  'Run it:': [devCommand, workerCommand, serverCommand, doctorCommand],
  'Talk:': [startSessionCommand, sendCommand, chatCommand, signalCommand, approveCommand],
  'Look:': [
    sessionsCommand,
    stateCommand,
    metricsCommand,
    transcriptCommand,
    requestCommand,
    ledgerCommand,
    usageCommand,
    modelsCommand,
  ],
  'Control:': [compactCommand, cancelCommand, closeCommand, limitsCommand],
  'Money:': [budgetCommand],
  'Shell:': [completionCommand],
};

function commonOptions(command: Command): void {
  if (command.commands.length > 0) return command.commands.forEach(commonOptions);
  command
    .optionsGroup('Everywhere:')
    .addOption(new Option('--json', 'one JSON document on standard output, nothing else'));
  command.option('--config <file>', 'in place of loadline.config.* here (LOADLINE_CONFIG)');
  command.option('--env-file <file>', 'in place of .env beside the config');
  command.helpOption('-h, --help', 'this help');
}

function version(): string {
  return (createRequire(import.meta.url)('../../package.json') as { version: string }).version;
}

/** The command line as a whole. What is heavy is imported by the commands when they run. */
export function createProgram(): Command {
  const program = new Command('loadline')
    .description('Durable agent sessions on Temporal, with every token counted')
    .version(version(), '-V, --version', 'the version')
    .helpOption('-h, --help', 'this help')
    .helpCommand(false)
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({ outputError: () => undefined })
    .configureHelp({ sortSubcommands: false, subcommandTerm: (command) => command.name() });
  for (const [heading, commands] of Object.entries(groups)) {
    program.commandsGroup(heading);
    for (const add of commands) commonOptions(add(program));
  }
  commonOptions(overviewCommand(program));
  return program;
}

/** Help and version are no failures; everything else that commander ends is a call that can't be understood. */
export function isHelp(error: unknown): boolean {
  return error instanceof CommanderError && error.exitCode === 0;
}
