import type { Command } from 'commander';
import type { CommonOptions } from '../place.ts';
import { portNumber } from '../number-argument.ts';

export interface ServerOptions extends CommonOptions {
  readonly host?: string;
  readonly port?: number;
  readonly detach?: true;
}

export function serverCommand(program: Command): Command {
  return program
    .command('server')
    .summary('the HTTP API and dashboard alone')
    .description(
      'Serves the HTTP API and the dashboard over the Temporal server and the store that the environment names, else\n' +
        'over those of a `dev` that runs here. It holds no state: any number of them can run.',
    )
    .option('--host <address>', 'in place of LOADLINE_HOST')
    .option('--port <number>', 'in place of LOADLINE_PORT; 0: a free one', portNumber)
    .option('--detach', 'return when it is ready, and leave it running')
    .action(async (options: ServerOptions) => {
      if (options.detach === true) {
        const { detach } = await import('../detach.ts');
        const { host, port } = options;
        const words = [
          ...(host === undefined ? [] : ['--host', host]),
          ...(port === undefined ? [] : ['--port', String(port)]),
        ];
        return await detach('server', words, options);
      }
      const { runServer } = await import('../run-server.ts');
      return await runServer(options);
    });
}
