import type { Environment } from '../config/environment.ts';
import type { LogLevel } from '../worker/log.ts';

/** On a terminal a person watches: they see what is wrong, unless they asked for more. */
export function logLevelFor(settings: Pick<Environment, 'log'>, environment: NodeJS.ProcessEnv): LogLevel {
  if (process.stderr.isTTY && !environment['LOADLINE_LOG']) return 'warn';
  return settings.log === 'fatal' ? 'error' : settings.log;
}
