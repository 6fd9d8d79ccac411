import { describe, expect, it } from '@jest/globals';
import { Agent, OpenAIProvider, Runner, setTracingDisabled, user } from '@openai/agents';
import { z } from 'zod';
import { client, latestBody } from './stage.ts';

describe('an agent framework', () => {
  it('runs on either route, streamed and whole, and counts what the session counts', async () => {
    setTracingDisabled(true);
    for (const useResponses of [true, false]) {
      const modelProvider = new OpenAIProvider({ openAIClient: client as never, useResponses });
      const runner = new Runner({ modelProvider });
      const agent = new Agent({ name: 'poet', instructions: 'Speak of cats.', model: 'assistant' });
      const first = await runner.run(agent, 'My cat is Miezi. [[say Yes]]');
      expect(first.finalOutput).toBe('Yes');
      expect(latestBody()).toContain('Speak of cats.');
      expect(first.rawResponses[0]?.usage.totalTokens).toBeGreaterThan(0);
      const again = await runner.run(agent, [...first.history, user('What is it?')], { stream: true });
      let text = '';
      for await (const piece of again.toTextStream()) text += piece;
      await again.completed;
      expect(text).toBe(again.finalOutput);
      expect(latestBody()).toMatch(/Miezi.*Yes.*What is it/);
    }
  });

  it('gives typed answers', async () => {
    const runner = new Runner({ modelProvider: new OpenAIProvider({ openAIClient: client as never }) });
    const outputType = z.object({ city: z.string() });
    const agent = new Agent({ name: 'geographer', model: 'assistant', outputType });
    expect((await runner.run(agent, 'Where? [[say {"city":"Oslo"}]]')).finalOutput).toEqual({ city: 'Oslo' });
  });
});
