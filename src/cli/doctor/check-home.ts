import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { databaseUrlOf } from '../../client/database-url.ts';
import { createStore, inspectStore } from '../../store/index.ts';
import { openHome, readDev, type DevState } from '../../worker/home.ts';
import { runningServer } from '../../worker/temporal-server/index.ts';
import { shellWord } from '../../domain/shell-word.ts';
import { ownCommand } from '../own-command.ts';
import { fault, fine, wordsOf, type Finding } from './finding.ts';
import { moveAway, unset } from './mend.ts';
import type { Scene } from './scene.ts';

export interface HomeFindings {
  readonly findings: Finding[];
  /** `null` when it can't be used. */
  readonly home: string | null;
  readonly dev: DevState | null;
}

/** The state folder, and what earlier starts may have left in it. */
export function checkHome({ environment, folder }: Scene): HomeFindings {
  const wanted = environment['LOADLINE_HOME'] || join(folder, '.loadline');
  const unusable = (message: string, command: string): HomeFindings => ({
    findings: [fault('home', message, command)],
    home: null,
    dev: null,
  });
  if (existsSync(wanted) && !statSync(wanted).isDirectory())
    return unusable(`${wanted} is a file and should be a folder`, moveAway(wanted));
  let home: string;
  try {
    home = openHome(environment, folder);
    accessSync(home, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    return unusable(
      `${wanted} can't be written: ${wordsOf(error)}`,
      `mkdir -p ${shellWord(wanted)} && chmod u+rwx ${shellWord(wanted)}`,
    );
  }
  const dev = readDev(home);
  const findings = dev === null ? leftovers(home) : [];
  if (findings.length === 0)
    findings.push(
      fine('home', dev === null ? `${home} can be written` : `${home}, in use by process ${dev.process.pid}`),
    );
  return { findings, home, dev };
}

function leftovers(home: string): Finding[] {
  const findings: Finding[] = [];
  const file = join(home, 'dev.json');
  if (existsSync(file)) {
    findings.push(fault('home', `${file} tells of a process that is gone`, `rm ${shellWord(file)}`));
  }
  const server = runningServer(home);
  if (server !== null) {
    const wait = `while kill -0 ${server.pid} 2>/dev/null; do sleep 0.1; done`;
    findings.push(
      fault(
        'home',
        `A Temporal server (process ${server.pid}, ${server.address}) was left running by a start that was killed`,
        `kill ${server.pid} && ${wait}`,
      ),
    );
  }
  return findings;
}

/** The store's file, without changing it. */
export function checkStore({ settings, source }: Scene, home: string, dev: DevState | null): Finding[] {
  if ('error' in settings) return [];
  const url = settings.value.databaseUrl ?? dev?.databaseUrl ?? databaseUrlOf(home);
  try {
    createStore(url);
  } catch (error) {
    return [fault('store', wordsOf(error), unset('LOADLINE_DATABASE_URL', source))];
  }
  const found = inspectStore(url);
  const away = (path: string): string => moveAway(path, `${path}-wal`, `${path}-shm`);
  switch (found?.state) {
    case 'damaged':
      return [fault('store', `${found.path} is no whole database: ${found.reason}`, away(found.path))];
    case 'behind':
      return [
        fault(
          'store',
          `${found.path} has schema ${found.schema}, and ${found.known} is current`,
          `${ownCommand()} sessions`,
        ),
      ];
    case 'newer':
      return [
        fault(
          'store',
          `${found.path} has schema ${found.schema}, of a newer Loadline; this one knows ${found.known}`,
          away(found.path),
        ),
      ];
    case 'missing':
      return [fine('store', `${found.path} will be made at the first start`)];
    default:
      return [fine('store', found === null ? 'in memory' : `${found.path} is whole, its schema current`)];
  }
}
