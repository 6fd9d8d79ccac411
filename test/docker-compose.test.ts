import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { parse } from 'yaml';

interface Service {
  build?: string;
  healthcheck?: object;
  environment?: Record<string, string>;
  ports?: string[];
}

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const compose = parse(read('docker-compose.yml'), { merge: true }) as { services: Record<string, Service> };
const services = Object.entries(compose.services);
const dockerCompose = (...args: string[]): ReturnType<typeof spawnSync> => spawnSync('docker', ['compose', ...args]);

describe('docker-compose.yml', () => {
  it('keeps to the compose specification', () => {
    // github.com/compose-spec/compose-spec, schema/compose-spec.json; it names its draft by an address ajv does not know.
    const schema = JSON.parse(read('test/fixtures/compose-spec.json')) as object;
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
    const valid = ajv.compile({ ...schema, $schema: 'http://json-schema.org/draft-07/schema#' });
    valid(compose);
    expect(valid.errors ?? []).toEqual([]);
    expect(valid({ services: { worker: { image: 7 } } })).toBe(false);
  });

  it('runs Temporal on Postgres with its web UI, a worker and a server, each with a health check', () => {
    expect(services.map(([name]) => name).sort()).toEqual(['postgres', 'server', 'temporal', 'temporal-ui', 'worker']);
    for (const [name, service] of services) expect({ name, ...service }).toHaveProperty('healthcheck');
  });

  it('publishes ports on this machine alone', () => {
    for (const port of services.flatMap(([, service]) => service.ports ?? [])) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('has no secret of its own for the server: without a token it is not started', () => {
    expect(compose.services.server?.environment?.LOADLINE_API_TOKENS).toMatch(/^\$\{LOADLINE_API_TOKENS:\?/);
  });

  if (dockerCompose('version').status === 0) {
    it('is accepted by docker compose config', () => {
      const environment = { ...process.env, LOADLINE_API_TOKENS: 'test:admin::secret' };
      const { status, stderr } = spawnSync('docker', ['compose', 'config', '--quiet'], { env: environment });
      expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' });
    });
  }
});
