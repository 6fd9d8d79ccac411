import { databaseUrlOf } from '../client/database-url.ts';
import { listSessions } from '../client/reading.ts';
import { createStore } from '../store/index.ts';
import type { DevState } from '../worker/home.ts';
import { namedOutsideServer } from '../worker/temporal-server/outside-server.ts';
import { print, printDocument } from './output.ts';
import { ownCommand, startCommand } from './own-command.ts';
import type { Place } from './place.ts';
import { paint } from './terminal/colours.ts';
import { fields } from './terminal/fields.ts';
import { screenWidth } from './terminal/screen.ts';

export interface OverviewInput {
  readonly place: Place;
  readonly home: string;
  /** The `dev` that runs in the home. */
  readonly dev: DevState | null;
  readonly json: boolean;
}

/** What runs, where, and the next command to paste. */
export async function printOverview({ place, home, dev, json }: OverviewInput): Promise<void> {
  const outside = namedOutsideServer(place.environment);
  const temporalAddress = outside?.connection.address ?? dev?.temporalAddress ?? null;
  const databaseUrl = place.environment['LOADLINE_DATABASE_URL'] || dev?.databaseUrl || databaseUrlOf(home);
  const latest = await latestSession(databaseUrl);
  const next =
    temporalAddress === null
      ? startCommand()
      : latest === null
        ? `${ownCommand()} start`
        : `${ownCommand()} send ${latest} "Hello"`;
  if (json) {
    const { process: running = null, ...addresses } = dev ?? {};
    return printDocument({
      running: dev !== null,
      home,
      pid: running?.pid ?? null,
      ...addresses,
      temporalAddress,
      latestSession: latest,
      next,
    });
  }
  const title =
    dev !== null
      ? `${paint('bold', 'Loadline runs')} in ${home}`
      : outside === null
        ? `${paint('bold', 'Nothing runs')} in ${home}`
        : `${paint('bold', 'Loadline uses the Temporal server')} that ${outside.source === 'address' ? 'TEMPORAL_ADDRESS' : 'TEMPORAL_PROFILE'} names`;
  const ui = outside === null && dev?.temporalUiUrl !== undefined ? `  web UI ${dev.temporalUiUrl}` : '';
  const list = fields(
    [
      ['Temporal', temporalAddress === null ? null : `${temporalAddress}${ui}`],
      ['Worker', dev === null ? null : `process ${dev.process.pid}`],
      ['HTTP', dev?.httpUrl ?? null],
      ['Latest', latest === null ? null : `session ${latest}`],
      ['Config', place.configFile ?? 'the built-in one; there is no loadline.config.ts here'],
    ],
    screenWidth(),
    '  ',
  );
  print(title, '', list, '', `Next: ${paint('bold', next)}`, `All commands: ${ownCommand()} --help`);
}

async function latestSession(databaseUrl: string): Promise<string | null> {
  const store = createStore(databaseUrl);
  try {
    await store.migrate();
    const { sessions } = await listSessions(store, { status: 'open', limit: 1 });
    return sessions[0]?.sessionId ?? null;
  } catch {
    // What is wrong with the store is for the command that needs it to say.
    return null;
  } finally {
    await store.close();
  }
}
