import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { plainUsage } from '../../src/domain/usage.ts';
import { estimateRequest, leastInput, wasTruncated, windowOfCut } from '../../src/models/index.ts';
import type { ModelRequest, RequestMessage } from '../../src/providers/provider.ts';
import { createProviders } from '../../src/providers/registry.ts';
import { startSimulator, type Simulator } from '../../src/simulator/index.ts';

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ contextWindow: 4096 });
});
afterAll(() => simulator.close());

const said = (role: RequestMessage['role'], text: string): RequestMessage => ({
  role,
  parts: [{ type: 'text', text }],
});

/** A server that cuts: Ollama's wire at the simulator, with a window that we were not told. */
async function ask(messages: readonly RequestMessage[]): Promise<{ input: number; output: number; text: number }> {
  const settings = { local: { api: 'ollama', baseURL: simulator.url } } as const;
  const request: ModelRequest = {
    model: 'llama3-cuts',
    instructions: 'Be brief.',
    messages,
    tools: [],
    output: null,
    maxOutputTokens: 64,
    contextWindow: null,
    cache: { instructions: true, ttl: '5m' },
    cacheKey: 's1',
  };
  const { usage } = await createProviders(settings, {})
    .provider('local')
    .stream(request, { signal: new AbortController().signal, onDelta: () => undefined });
  const { input, output } = usage ?? plainUsage(0, 0);
  return { input: input ?? 0, output: output ?? 0, text: estimateRequest(request, { provider: 'local' }).tokens };
}

const long = 'Seventeen boats went out before dawn, and their lamps were seen from the hill. '.repeat(60);
const judged = { provider: 'local', newMessagesBound: 0 };

describe('a request that its server has cut', () => {
  it('is seen by its count, and one that was read whole is not', async () => {
    const whole = await ask([said('user', long)]);
    expect(
      wasTruncated({
        ...judged,
        reportedInput: whole.input,
        leastInput: leastInput({ textTokens: whole.text, continued: null }),
      }),
    ).toBe(false);
    const past = Array.from({ length: 8 }, () => [said('user', long), said('assistant', 'Noted.')]).flat();
    const cut = await ask([...past, said('user', 'And now?')]);
    expect(cut.input).toBeLessThan(4096);
    expect(
      wasTruncated({
        ...judged,
        reportedInput: cut.input,
        leastInput: leastInput({ textTokens: cut.text, continued: null }),
      }),
    ).toBe(true);
  });

  it('is seen at once where the provider has counted its beginning before', () => {
    // Recorded: 4,096 tokens of window, of which Ollama 0.32 keeps about half.
    const sent = { textTokens: 4600, continued: { inputTokens: 4000, newTextTokens: 300 } };
    const least = leastInput(sent);
    expect(least).toBeGreaterThan(3600);
    expect(wasTruncated({ ...judged, reportedInput: 2050, leastInput: least, newMessagesBound: 700 })).toBe(true);
    expect(wasTruncated({ ...judged, reportedInput: 4290, leastInput: least, newMessagesBound: 700 })).toBe(false);
  });

  it('is not seen in the count of a server that leaves out what it had cached', () => {
    const least = leastInput({ textTokens: 4600, continued: { inputTokens: 4000, newTextTokens: 300 } });
    expect(wasTruncated({ ...judged, reportedInput: 310, leastInput: least, newMessagesBound: 700 })).toBe(false);
  });

  it.each(['openai', 'anthropic', 'google', 'simulated'])('is none at %s, which refuses', (provider) => {
    expect(wasTruncated({ provider, reportedInput: 100, leastInput: 1000, newMessagesBound: 0 })).toBe(false);
  });

  it('tells of the window what was read and written at once, now or before', () => {
    const cut = { reportedInput: 2050, outputTokens: 60 };
    expect(windowOfCut(cut, null)).toBe(2110);
    expect(windowOfCut(cut, { inputTokens: 4000, outputTokens: 80 })).toBe(4080);
  });
});
