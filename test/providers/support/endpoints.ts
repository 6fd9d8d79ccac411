import { type ChatDialect, type Endpoint, plainDialect } from '../../../src/providers/endpoint.ts';

export const testKey = 'a-key-of-the-tests-1';

export function endpointAt(baseURL: string, dialect: Partial<ChatDialect> = {}): Endpoint {
  return {
    name: 'test',
    baseURL,
    apiKey: testKey,
    simulated: false,
    dialect: { ...plainDialect, ...dialect },
    headers: {},
  };
}
