import { z } from 'zod';
import { LoadlineError } from '../domain/errors.ts';

/** `process.env`, without Node's types, which a consumer of the package may not have. */
export type Variables = Record<string, string | undefined>;

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Loadline's own variables, as CONTRACT's table has them; `null`: not set. */
export interface Environment {
  readonly home: string | null;
  readonly databaseUrl: string | null;
  readonly config: string | null;
  readonly model: string | null;
  readonly taskQueue: string;
  readonly host: string;
  readonly port: number;
  /** `name:role:tenant:secret[,…]` or `@file`, as it was written: a secret. */
  readonly apiTokens: string | null;
  readonly log: LogLevel;
}

export const environmentDefaults = { taskQueue: 'loadline', host: '127.0.0.1', port: 4100, log: 'info' } as const;

const port = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a port number, 0 to 65535')
  .transform(Number)
  .pipe(z.number().max(65_535, 'must be a port number, 0 to 65535'));

const variables = {
  LOADLINE_DATABASE_URL: z
    .string()
    .regex(/^(sqlite:|postgres(ql)?:\/\/)/, 'must begin with sqlite: or postgres://')
    .optional(),
  LOADLINE_MODEL: z
    .string()
    .regex(/^[^/\s]+\/\S+$/, 'must be provider/model, for example openai/gpt-5.2')
    .optional(),
  LOADLINE_PORT: port.optional(),
  PORT: port.optional(),
  LOADLINE_LOG: z.enum(logLevels, `must be one of ${logLevels.join(', ')}`).optional(),
  LOADLINE_ENCRYPTION_KEY: z.undefined('encryption is not in this version yet; nothing would be encrypted').optional(),
};

/**
 * Loadline's variables of an environment. An empty one counts as not set.
 *
 * @throws LoadlineError `ConfigInvalid` that names every variable that can't be used; values are not repeated, since they
 * may be secrets.
 */
export function readEnvironment(environment: Variables): Environment {
  const value = (name: string): string | undefined => environment[name] || undefined;
  const problems: string[] = [];
  const read = <Name extends keyof typeof variables>(name: Name): z.infer<(typeof variables)[Name]> | undefined => {
    const result = variables[name].safeParse(value(name));
    if (result.success) return result.data as z.infer<(typeof variables)[Name]>;
    problems.push(`${name}: ${result.error.issues[0]?.message}`);
    return undefined;
  };
  read('LOADLINE_ENCRYPTION_KEY');
  const ownPort = read('LOADLINE_PORT');
  const settings = {
    home: value('LOADLINE_HOME') ?? null,
    databaseUrl: read('LOADLINE_DATABASE_URL') ?? null,
    config: value('LOADLINE_CONFIG') ?? null,
    model: read('LOADLINE_MODEL') ?? null,
    taskQueue: value('LOADLINE_TASK_QUEUE') ?? environmentDefaults.taskQueue,
    host: value('LOADLINE_HOST') ?? environmentDefaults.host,
    port: ownPort ?? (value('LOADLINE_PORT') === undefined ? read('PORT') : undefined) ?? environmentDefaults.port,
    apiTokens: value('LOADLINE_API_TOKENS') ?? null,
    log: read('LOADLINE_LOG') ?? environmentDefaults.log,
  };
  if (problems.length === 0) return settings;
  const list = problems.map((one) => `  ${one}`).join('\n');
  throw new LoadlineError('ConfigInvalid', `The environment can't be used:\n${list}`, { problems });
}
