import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LoadlineError } from '../../src/domain/errors.ts';
import { identifyProcess, isRunning } from '../../src/worker/process-identity.ts';
import { cacheFolder } from '../../src/worker/temporal-server/cache-folder.ts';
import { adoptServer, startServer } from '../../src/worker/temporal-server/embedded-server.ts';
import {
  checkServer,
  configuredServer,
  connectToServer,
  ensureSearchAttributes,
  findTemporal,
  searchAttributes,
} from '../../src/worker/temporal-server/index.ts';
import { localBinaries } from '../../src/worker/temporal-server/local-binaries.ts';
import { freePort } from '../../src/worker/temporal-server/ports.ts';

const testServer = process.env.LOADLINE_TEST_TEMPORAL_ADDRESS ?? '';
const [binary = ''] = localBinaries(process.env);

let folder: string;
let home: string;
const endings: (() => Promise<unknown>)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadline-temporal-'));
  home = join(folder, 'home');
  mkdirSync(home);
});

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
  rmSync(folder, { recursive: true, force: true });
});

function ends<Closable extends { close(): Promise<unknown> }>(closable: Closable): Closable {
  endings.push(() => closable.close());
  return closable;
}

function createNamespace(namespace: string, address: string): void {
  const command = ['operator', 'namespace', 'create', '--namespace', namespace, '--address', address];
  expect(spawnSync(binary, command).status).toBe(0);
}

async function refusal(promise: Promise<unknown>): Promise<LoadlineError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof LoadlineError)) throw new Error(`Expected a LoadlineError, got ${String(error)}`);
  return error;
}

async function httpServer(answer: Parameters<typeof createHttpServer>[1]): Promise<{ server: Server; url: string }> {
  const server = createHttpServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  endings.push(() => new Promise((resolve) => server.close(resolve)));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe('the embedded server', () => {
  it('starts on free ports, answers at once, and ends with close()', async () => {
    const temporal = ends(await findTemporal({ home, environment: process.env, ports: 'free' }));
    expect(temporal).toMatchObject({ namespace: 'default', source: 'started' });
    const connection = ends(await connectToServer(temporal.connection));
    await checkServer(connection, temporal.namespace);
    await expect(fetch(temporal.uiUrl ?? '').then((page) => page.status)).resolves.toBe(200);
    await temporal.close();
    expect((await refusal(connectToServer(temporal.connection))).message).toContain('Nothing listens at');
    expect(existsSync(join(home, 'temporal.sqlite'))).toBe(true);
  });

  it('keeps what was stored over a restart in the same home', async () => {
    const options = { home, binary, ports: 'free', ui: false } as const;
    const first = ends(await startServer(options));
    createNamespace('kept', first.address);
    await first.close();
    const second = ends(await startServer(options));
    const after = ends(await connectToServer({ address: second.address }));
    const { namespaceInfo } = await after.workflowService.describeNamespace({ namespace: 'kept' });
    expect(namespaceInfo?.name).toBe('kept');
  });

  it('takes another port when the usual ones are in use', async () => {
    for (const port of [7233, 8233]) {
      const other = createServer().on('error', () => {});
      other.listen(port, '127.0.0.1');
      // Where another program has the port, that serves the test as well.
      await once(other, 'listening').catch(() => {});
      if (other.listening) endings.push(() => new Promise((resolve) => other.close(resolve)));
    }
    const server = ends(await startServer({ home, binary, ports: 'usual' }));
    expect(server.address).not.toMatch(/:7233$/);
    expect(server.uiUrl).not.toMatch(/:8233$/);
  });

  it('is adopted by the next start when its owner was killed with -9', async () => {
    const { owner, pid } = await killableOwner();
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    const temporal = ends(await findTemporal({ home, environment: process.env, ports: 'free' }));
    expect(temporal.source).toBe('adopted');
    await checkServer(ends(await connectToServer(temporal.connection)), 'default');
    await temporal.close();
    expect(identifyProcess(pid)).toBeNull();
  });

  it('is ended and replaced when it was left behind and no longer answers', async () => {
    const { owner, pid } = await killableOwner();
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    process.kill(pid, 'SIGSTOP');
    const temporal = ends(await findTemporal({ home, environment: process.env, ports: 'free' }));
    expect(temporal.source).toBe('started');
    expect(identifyProcess(pid)).toBeNull();
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('ends when its owner is ended by %s', async (signal) => {
    const { owner, pid } = await killableOwner();
    const server = identifyProcess(pid);
    owner.kill(signal);
    expect((await once(owner, 'exit'))[1]).toBe(signal);
    while (server !== null && isRunning(server)) await delay(20);
  });

  it('says what the server said when it does not start', async () => {
    writeFileSync(
      join(home, 'temporal.sqlite'),
      'this is not a database, and long enough to be seen as one'.repeat(99),
    );
    const error = await refusal(startServer({ home, binary, ports: 'free', ui: false }));
    expect(error.code).toBe('TemporalUnavailable');
    expect(error.message).toContain('file is not a database');
    await expect(adoptServer(home)).resolves.toBeNull();
  });

  it('says that its binary can not be run', async () => {
    const error = await refusal(startServer({ home, binary: join(folder, 'absent'), ports: 'free', ui: false }));
    expect(error.message).toContain('ENOENT');
  });

  /** A process that starts the home's server and lives until it is ended. */
  async function killableOwner(): Promise<{ owner: ReturnType<typeof spawn>; pid: number }> {
    const source = JSON.stringify(new URL('../../src/worker/temporal-server/embedded-server.ts', import.meta.url).href);
    const options = JSON.stringify({ home, binary, ports: 'free', ui: false });
    const program = `
      import { startServer } from ${source};
      console.log((await startServer(${options})).pid);
      setInterval(() => {}, 1_000);`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(owner.stdout, 'data')) as [Buffer];
    return { owner, pid: Number(line.toString()) };
  }
});

describe('an outside server', () => {
  it('is used when TEMPORAL_ADDRESS names it, and is left running', async () => {
    const environment = { TEMPORAL_ADDRESS: testServer, TEMPORAL_NAMESPACE: 'default' };
    const temporal = await findTemporal({ home, environment });
    expect(temporal).toMatchObject({ address: testServer, namespace: 'default', source: 'address' });
    await temporal.close();
    await checkServer(ends(await connectToServer(temporal.connection)), temporal.namespace);
  });

  it('is taken from the profile that TEMPORAL_PROFILE names, with its namespace, key and TLS', async () => {
    const file = join(folder, 'temporal.toml');
    writeFileSync(file, '[profile.work]\naddress = "cloud.example:7233"\nnamespace = "desk"\napi_key = "k"\n');
    const environment = { TEMPORAL_PROFILE: 'work', TEMPORAL_CONFIG_FILE: file };
    await expect(findTemporal({ home, environment, remote: true })).resolves.toMatchObject({
      namespace: 'desk',
      source: 'profile',
      connection: { address: 'cloud.example:7233', apiKey: 'k', tls: true },
    });
    const error = await refusal(findTemporal({ home, environment }));
    expect(error.message).toMatch(/TEMPORAL_PROFILE points to cloud\.example:7233.*--remote/);
  });

  it('is never taken from a default profile alone, which workers and servers do follow', async () => {
    const file = join(folder, 'temporal.toml');
    writeFileSync(file, '[profile.default]\naddress = "127.0.0.1:1"\n');
    const environment = { ...process.env, TEMPORAL_CONFIG_FILE: file };
    const temporal = ends(await findTemporal({ home, environment, ports: 'free', ui: false }));
    expect(temporal.source).toBe('started');
    expect(configuredServer(environment).connection.address).toBe('127.0.0.1:1');
  });

  it.each(['temporal.example:7233', '10.0.0.7:7233', '[2001:db8::1]:7233', '127.0.0.1.example:7233'])(
    'is refused without `remote` when it is %s',
    async (address) => {
      const error = await refusal(findTemporal({ home, environment: { TEMPORAL_ADDRESS: address } }));
      expect(error.code).toBe('ConfigInvalid');
      await expect(
        findTemporal({ home, environment: { TEMPORAL_ADDRESS: address }, remote: true }),
      ).resolves.toBeDefined();
    },
  );

  it.each(['localhost:7233', '127.0.0.2:7233', '[::1]:7233'])('is this machine when it is %s', async (address) => {
    await expect(findTemporal({ home, environment: { TEMPORAL_ADDRESS: address } })).resolves.toMatchObject({
      address,
    });
  });
});

describe('connectToServer and checkServer', () => {
  it('say that nothing listens', async () => {
    const error = await refusal(connectToServer({ address: `127.0.0.1:${await freePort(null)}` }));
    expect(error).toMatchObject({ code: 'TemporalUnavailable' });
    expect(error.message).toContain('Nothing listens');
  });

  it('say that the port belongs to something else', async () => {
    const { url } = await httpServer((_, response) => response.end('hello'));
    const error = await refusal(connectToServer({ address: new URL(url).host }, 1_500));
    expect(error.message).toContain('no Temporal server');
  });

  it('name the command that makes a missing namespace, and it works as printed', async () => {
    const server = ends(await startServer({ home, binary, ports: 'free', ui: false }));
    const connection = ends(await connectToServer({ address: server.address }));
    const error = await refusal(checkServer(connection, 'desk'));
    const [, command = ''] = /Make it with: temporal (.*)/.exec(error.message) ?? [];
    expect(spawnSync(binary, command.split(' ')).status).toBe(0);
    await checkServer(connection, 'desk');
  });

  it('say that a server without update-with-start is too old, with its version', async () => {
    // The very switch that older servers are shipped with; a wrapper turns it off in a real server.
    const wrapper = join(folder, 'temporal');
    const off = '--dynamic-config-value frontend.enableExecuteMultiOperation=false';
    writeFileSync(wrapper, `#!/bin/sh\nexec '${binary}' "$@" ${off}\n`);
    chmodSync(wrapper, 0o755);
    const server = startServer({ home, binary: wrapper, ports: 'free', ui: false });
    const error = await refusal(server.then(ends));
    expect(error.code).toBe('TemporalUnavailable');
    expect(error.message).toMatch(/is 1\.\d+\.\d+ and has no update-with-start/);
  });
});

describe('search attributes', () => {
  it('are there from the start on the embedded server, and are registered on others', async () => {
    const connection = ends(await connectToServer({ address: testServer }));
    await expect(ensureSearchAttributes(connection, 'default')).resolves.toBe(true);
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
    expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining([...searchAttributes]));
  });

  it('are registered in a namespace that has none', async () => {
    const server = ends(await startServer({ home, binary, ports: 'free', ui: false }));
    const connection = ends(await connectToServer({ address: server.address }));
    createNamespace('bare', server.address);
    await expect(ensureSearchAttributes(connection, 'bare')).resolves.toBe(true);
  });

  it('are done without where the server says no', async () => {
    const connection = ends(await connectToServer({ address: testServer }));
    await expect(ensureSearchAttributes(connection, 'no-such-namespace')).resolves.toBe(false);
  });
});

describe('where the server comes from', () => {
  /** An environment in which nothing is found by itself. */
  const bare = (extra: Record<string, string> = {}): NodeJS.ProcessEnv => ({
    HOME: folder,
    XDG_CACHE_HOME: join(folder, 'cache'),
    PATH: '/usr/bin:/bin',
    ...extra,
  });

  it('is PATH first, then the cache, then what Go installed', () => {
    const executable = (path: string): string => {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, '', { mode: 0o755 });
      return path;
    };
    const go = executable(join(folder, 'go', 'bin', 'temporal'));
    const cached = executable(join(cacheFolder(bare()), 'temporal'));
    const onPath = executable(join(folder, 'tools', 'temporal'));
    const environment = bare({ PATH: [join(folder, 'empty'), dirname(onPath)].join(delimiter) });
    expect(localBinaries(environment)).toEqual([onPath, cached, go]);
  });

  it('is the next one when a namesake stands on PATH', async () => {
    const tools = join(folder, 'tools');
    mkdirSync(tools);
    writeFileSync(join(tools, 'temporal'), '#!/bin/sh\necho "unknown flag" >&2\nexit 1\n', { mode: 0o755 });
    const environment = { ...bare(), PATH: `${tools}:/usr/bin:/bin`, GOBIN: dirname(binary), HOME: homedir() };
    const temporal = ends(await findTemporal({ home, environment, ports: 'free', ui: false }));
    expect(temporal.source).toBe('started');
  });

  it("is Temporal's own download when the machine has none, and is cached", async () => {
    // A small program in place of 200 MB: it hands over to the real server.
    const content = join(folder, 'archive');
    mkdirSync(content);
    writeFileSync(join(content, 'LICENSE'), 'x'.repeat(700));
    writeFileSync(join(content, 'temporal'), `#!/bin/sh\nexec '${binary}' "$@"\n`);
    const archive = join(folder, 'temporal.tar.gz');
    expect(spawnSync('tar', ['-czf', archive, '-C', content, 'LICENSE', 'temporal']).status).toBe(0);
    const asked: string[] = [];
    const { url } = await httpServer((request, response) => {
      asked.push(request.url ?? '');
      if (request.url === '/archive') response.end(readFileSync(archive));
      else response.end(JSON.stringify({ archiveUrl: `${url}/archive`, fileToExtract: 'temporal' }));
    });
    const progress: string[] = [];
    const options = { home, environment: bare(), ports: 'free', ui: false, downloadUrl: url } as const;
    const temporal = ends(await findTemporal({ ...options, onProgress: (line) => progress.push(line) }));
    expect(temporal.source).toBe('started');
    expect(asked[0]).toMatch(/^\/cli\/default\?arch=(amd64|arm64)&platform=\w+&format=tar.gz&sdk-name=sdk-typescript/);
    expect(progress).toEqual([`Downloading the Temporal server from ${url}/archive`]);
    const cached = join(cacheFolder(bare()), 'temporal');
    expect(statSync(cached).mode & 0o111).toBe(0o111);
    await temporal.close();
    ends(await findTemporal(options));
    expect(asked).toHaveLength(2);
  });

  it('is built by Go when nothing can be downloaded, with lines that show the progress', async () => {
    const tools = join(folder, 'tools');
    mkdirSync(tools);
    const go = `#!/bin/sh\n[ "$*" = "install -v github.com/temporalio/cli/cmd/temporal@v1.5.1" ] || exit 9\n`;
    writeFileSync(join(tools, 'go'), `${go}ln -s '${binary}' "$GOBIN/temporal"\n`, { mode: 0o755 });
    const progress: string[] = [];
    const temporal = ends(
      await findTemporal({
        home,
        environment: bare({ PATH: `${tools}:/usr/bin:/bin` }),
        ports: 'free',
        ui: false,
        downloadUrl: `http://127.0.0.1:${await freePort(null)}`,
        onProgress: (line) => progress.push(line),
      }),
    );
    expect(temporal.source).toBe('started');
    expect(progress[0]).toContain('about three minutes');
  });

  it('is told in one message when nothing works, with what was tried and what to do', async () => {
    const downloadUrl = `http://127.0.0.1:${await freePort(null)}`;
    const environment = bare({ PATH: folder });
    const error = await refusal(findTemporal({ home, environment, downloadUrl }));
    expect(error.code).toBe('TemporalUnavailable');
    expect(error.message).toMatch(/Temporal's own download: .*fetch failed/);
    expect(error.message).toContain('go install: Go is not installed');
    expect(error.message).toContain('https://docs.temporal.io/cli');
  });
});
