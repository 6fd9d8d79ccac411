import {
  DefaultLogger,
  makeTelemetryFilterString,
  Runtime,
  type Logger,
  type LogLevel as SdkLogLevel,
} from '@temporalio/worker';
import pino from 'pino';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

const ofSdk: Record<SdkLogLevel, Exclude<LogLevel, 'silent'>> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
};

/** What the SDK's core says of itself; below this it tells of every poll. */
const coreFilter = makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' });

let installed: Logger | null = null;

/** JSON lines on standard error. */
export function jsonLines(level: LogLevel): pino.Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );
}

/**
 * The log of a process with a worker: JSON lines on standard error. Temporal's SDK has one runtime for a process, and its logger can be
 * set once: a second call keeps the first one's level.
 */
export function installLogger(level: LogLevel): Logger {
  if (installed !== null) return installed;
  const out = jsonLines(level);
  const logger = new DefaultLogger(level === 'silent' ? 'ERROR' : (level.toUpperCase() as SdkLogLevel), (entry) => {
    out[ofSdk[entry.level]](entry.meta ?? {}, entry.message);
  });
  try {
    Runtime.install({
      logger,
      shutdownSignals: [],
      telemetryOptions: { logging: { filter: coreFilter, forward: {} } },
    });
  } catch {
    // A host of this library has set up the SDK's runtime already: its logger stays.
  }
  installed = logger;
  return logger;
}
