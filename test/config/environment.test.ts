import { describe, expect, it } from '@jest/globals';
import { readEnvironment } from '../../src/config/index.ts';

describe('the environment', () => {
  it('has the defaults that the contract shows; an empty variable counts as not set', () => {
    expect(readEnvironment({ LOADLINE_HOST: '' })).toEqual({
      home: null,
      databaseUrl: null,
      config: null,
      model: null,
      taskQueue: 'loadline',
      host: '127.0.0.1',
      port: 4100,
      apiTokens: null,
      log: 'info',
    });
  });

  it('takes PORT where LOADLINE_PORT is not set', () => {
    expect(readEnvironment({ PORT: '8080' }).port).toBe(8080);
    expect(readEnvironment({ PORT: 'x', LOADLINE_PORT: '0' }).port).toBe(0);
  });

  it('names every variable that cannot be used, and repeats no value', () => {
    const bad = {
      LOADLINE_PORT: 'abc',
      LOADLINE_MODEL: 'gpt-5.2',
      LOADLINE_DATABASE_URL: 'mysql://root:hunter2@db',
      LOADLINE_LOG: 'loud',
      LOADLINE_ENCRYPTION_KEY: 'secret',
    };
    const read = (): unknown => readEnvironment(bad);
    for (const name of Object.keys(bad)) expect(read).toThrow(new RegExp(`${name}: `));
    expect(read).toThrow(/LOADLINE_PORT: must be a port number/);
    expect(read).not.toThrow(/hunter2|secret/);
  });
});
