import { isListening } from '../../worker/temporal-server/ports.ts';
import type { DevState } from '../../worker/home.ts';
import { isLoopback } from '../../server/listen.ts';
import { fault, fine, type Finding } from './finding.ts';
import { unset } from './mend.ts';
import type { Scene } from './scene.ts';

/** Whether HTTP can be served where it is asked for. */
export async function checkPort(
  { settings, environment, source }: Pick<Scene, 'settings' | 'environment' | 'source'>,
  dev: DevState | null,
): Promise<Finding[]> {
  if ('error' in settings) return [];
  if (dev?.httpUrl !== undefined) return [fine('http', `served at ${dev.httpUrl}`)];
  const { host, port, apiTokens } = settings.value;
  if (apiTokens === null && !isLoopback(host)) {
    const message = `LOADLINE_HOST is ${host}; without access tokens HTTP is served on this machine only`;
    return [fault('http', message, unset('LOADLINE_HOST', source))];
  }
  const taken = port !== 0 && (await isListening(host, port));
  if (!taken) return [fine('http', `port ${port} is free`)];
  const name = ['LOADLINE_PORT', 'PORT'].find((one) => environment[one]);
  if (name === undefined) return [fine('http', `port ${port} is taken; another free one will be used`)];
  return [fault('http', `Port ${port}, which ${name} names, is taken by another program`, unset(name, source))];
}
