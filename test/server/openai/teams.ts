import { describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { stack, chat, respond, chunksOf, textOfChunks, eventsOf } from './stage.ts';

describe('a team', () => {
  const leader = (name: string) => ({ match: { model: `sim-${name}` } });
  const member = { match: { model: 'some' }, answer: 'Forty-two.' };

  it("answers with its leader's words, or with a member's in a route, whole and streamed", async () => {
    const calls = [
      { team: 'router', toolCalls: [{ name: 'route_to', arguments: { member: 'thinker' } }], said: [] },
      {
        team: 'desk',
        toolCalls: [{ name: 'delegate_task', arguments: { member: 'thinker', task: 'Say it' } }],
        said: [{ ...leader('desk'), answer: 'They say 42.' }],
      },
    ];
    for (const { team, toolCalls, said } of calls) {
      const expected = said[0]?.answer ?? member.answer;
      const script = () => stack.simulator.script([{ ...leader(team), toolCalls }, member, ...said]);
      script();
      const { data } = await chat({ model: team });
      expect(data.choices[0]?.message.content).toBe(expected);
      script();
      expect(textOfChunks(await chunksOf({ model: team }))).toBe(expected);
      script();
      expect((await respond({ model: team })).data.output_text).toBe(expected);
      script();
      const last = (await eventsOf({ model: team })).at(-1);
      if (last?.type !== 'response.completed') throw new Error('it did not complete');
      expect(last.response.output.at(-1)).toMatchObject({ type: 'message', content: [{ text: expected }] });
      stack.simulator.reset();
    }
  });

  it('takes no schema of the answer where a member answers in its place', async () => {
    const format = { response_format: { type: 'json_object' as const } };
    await expect(chat({ model: 'router', ...format })).rejects.toBeInstanceOf(OpenAI.BadRequestError);
  });
});
