import { searchAttributes } from './search-attributes.ts';

export interface ServerPlace {
  readonly databaseFile: string;
  readonly port: number;
  /** Null: no web UI. */
  readonly uiPort: number | null;
}

/**
 * With its one shard the stock development server reads its transfer queue at most 20 times a second, which is 100 ms a
 * turn; polling without that cap brings it to 18-30 ms. Eager activities and a single matching partition save hops.
 */
const dynamicConfig: Readonly<Record<string, number | boolean>> = {
  'history.transferProcessorMaxPollRPS': 10_000,
  'history.timerProcessorMaxPollRPS': 10_000,
  'system.enableActivityEagerExecution': true,
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
};

const pragmas = { journal_mode: 'WAL', synchronous: 'NORMAL' };

/** The arguments with which `temporal` runs Loadline's embedded server. */
export function serverArguments(place: ServerPlace): string[] {
  const repeated = (flag: string, values: object): string[] =>
    Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);
  const usual = ['server', 'start-dev', '--ip', '127.0.0.1', '--log-level', 'error'];
  return [
    ...usual,
    `--port=${place.port}`,
    `--db-filename=${place.databaseFile}`,
    ...(place.uiPort === null ? ['--headless'] : [`--ui-port=${place.uiPort}`]),
    ...repeated('--dynamic-config-value', dynamicConfig),
    ...repeated('--sqlite-pragma', pragmas),
    ...repeated('--search-attribute', Object.fromEntries(searchAttributes.map((name) => [name, 'Keyword']))),
  ];
}
