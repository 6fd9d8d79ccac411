import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { existsSync } from 'node:fs';
import { Connection } from '@temporalio/client';
import { cleanEnvironment } from './clean-environment.ts';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No port');
  return address.port;
}

export default async function globalSetup(): Promise<void> {
  cleanEnvironment(process.env);
  if (process.env.LOADLINE_TEST_TEMPORAL_ADDRESS) return;
  const port = await freePort();
  const cached = join(homedir(), 'go/bin/temporal');
  const child = spawn(
    existsSync(cached) ? cached : 'temporal',
    ['server', 'start-dev', '--headless', '--port', String(port), '--log-level', 'error'],
    { stdio: 'ignore' },
  );
  globalThis.loadlineTestServer = child;
  const connection = await Connection.connect({ address: `127.0.0.1:${port}`, connectTimeout: 20_000 });
  await connection.close();
  process.env.LOADLINE_TEST_TEMPORAL_ADDRESS = `127.0.0.1:${port}`;
}

declare global {
  var loadlineTestServer: { kill(): boolean } | undefined;
}
