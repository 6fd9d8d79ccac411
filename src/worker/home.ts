import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { identifyProcess, isRunning, type ProcessIdentity } from './process-identity.ts';
import { processIdentitySchema, readStateFile, removeStateFile, writeStateFile } from './state-file.ts';

const addressesSchema = z.object({
  /** `host:port` of the Temporal server in use. */
  temporalAddress: z.string().exactOptional(),
  temporalNamespace: z.string().exactOptional(),
  temporalUiUrl: z.string().exactOptional(),
  /** Base URL of the HTTP API and dashboard. */
  httpUrl: z.string().exactOptional(),
  simulatorUrl: z.string().exactOptional(),
  databaseUrl: z.string().exactOptional(),
});

/** Where the parts of a running `loadline dev` are reached; each appears once that part is up. */
export type DevAddresses = z.infer<typeof addressesSchema>;

const devSchema = addressesSchema.extend({ process: processIdentitySchema });

/** What `dev.json` tells: which process holds the home, and its addresses. */
export type DevState = DevAddresses & { readonly process: ProcessIdentity };

/** Two starts may not share a home: the message names the process that has it, and where it answers. */
export class HomeInUse extends Error {
  override readonly name = 'HomeInUse';
  readonly running: DevState | null;

  constructor(home: string, running: DevState | null) {
    const holder = running === null ? 'Another process' : `Process ${running.process.pid}`;
    const where = running?.httpUrl ?? running?.temporalAddress;
    super(
      `${holder} runs Loadline in ${home} already${where === undefined ? '' : ` and answers at ${where}`}. ` +
        'Use it, stop it, or set LOADLINE_HOME to another folder.',
    );
    this.running = running;
  }
}

/** Held for as long as this process runs Loadline in a home; the operating system ends it with the process. */
export interface HomeLock {
  readonly home: string;
  /** Adds addresses to `dev.json`, for every other command to find. */
  publish(addresses: DevAddresses): void;
  release(): void;
}

/**
 * The state folder of the embedded default: `LOADLINE_HOME`, else `.loadline` beside the config. It is made if missing.
 *
 * @example
 * const home = openHome(process.env, process.cwd());
 */
export function openHome(environment: NodeJS.ProcessEnv, configFolder: string): string {
  const home = resolve(environment.LOADLINE_HOME || join(configFolder, '.loadline'));
  mkdirSync(home, { recursive: true, mode: 0o700 });
  return home;
}

const devFile = (home: string): string => join(home, 'dev.json');

/** The `loadline dev` that runs in this home, or null. A file that a killed process left is not believed. */
export function readDev(home: string): DevState | null {
  const state = readStateFile(devFile(home), devSchema);
  return state !== null && isRunning(state.process) ? state : null;
}

/**
 * Takes the home for this process. The lock is one that SQLite holds on `lock.sqlite`, which a kill -9 releases too.
 *
 * @throws {HomeInUse} when another process has it; nothing is changed then.
 */
export function lockHome(home: string): HomeLock {
  const self = identifyProcess();
  if (self === null) throw new Error('This process could not find itself in the process table.');
  const database = new DatabaseSync(join(home, 'lock.sqlite'), { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (!/locked|busy/.test(String(error))) throw error;
    throw new HomeInUse(home, readDev(home));
  }
  let state: DevState = { process: self };
  const write = (): void => writeStateFile(devFile(home), state);
  write();
  let held = true;
  const lock: HomeLock = {
    home,
    publish(addresses) {
      state = { ...state, ...addresses };
      write();
    },
    release() {
      if (!held) return;
      held = false;
      heldLocks.delete(lock);
      removeStateFile(devFile(home));
      database.close();
    },
  };
  heldLocks.add(lock);
  return lock;
}

/** A lock nobody points to would be collected, and its database closed with it. */
const heldLocks = new Set<HomeLock>();
