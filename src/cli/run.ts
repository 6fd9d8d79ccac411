import { CommanderError } from 'commander';
import { exitCodeOf, failureLine, failureOf, UsageError } from './failure.ts';
import { printDocument, note } from './output.ts';
import { createProgram, isHelp } from './program.ts';

/** Runs one command line and leaves its exit code in `process.exitCode`. */
export async function run(args: readonly string[]): Promise<void> {
  // A reader that has seen enough (`| head`) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  const json = args.includes('--json');
  const bare = args.every((arg) => arg === '--json');
  try {
    await createProgram().parseAsync(bare ? ['overview', ...args] : [...args], { from: 'user' });
  } catch (error) {
    if (isHelp(error)) return;
    report(error instanceof CommanderError ? usageError(error) : error, json);
  }
}

/** Commander's message, without its own `error:` and with its suggestion in the same line. */
function usageError(error: CommanderError): UsageError {
  const message = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
  return new UsageError(message);
}

function report(error: unknown, json: boolean): void {
  process.exitCode = exitCodeOf(error);
  const failure = failureOf(error);
  if (json) printDocument({ error: failure });
  else note(failureLine(failure));
  if (process.env['LOADLINE_LOG'] === 'debug' && error instanceof Error) note(error.stack ?? '');
}
