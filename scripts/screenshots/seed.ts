import type { RemoteSimulator } from '../../src/simulator/index.ts';
import { questions, talk, type Turn } from './conversations.ts';

/** Says something over HTTP and waits for what becomes of it. */
async function send(url: string, sessionId: string, text: string, more: object = {}): Promise<{ status: string }> {
  const response = await fetch(`${url}/v1/sessions/${sessionId}/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text, ...more }),
  });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as { status: string };
}

async function teach(simulator: RemoteSimulator, { say, answer, tools }: Turn): Promise<void> {
  const match = { text: say.slice(0, 60), model: 'small-1k' };
  if (tools !== undefined) {
    await simulator.script({ match, toolCalls: tools.map((tool) => ({ ...tool })), tokensPerSecond: 400 });
  }
  await simulator.script({ match, answer, firstTokenMs: 160, tokensPerSecond: 260 });
}

/** The talk up to this turn, both included. */
export async function tellTalk(url: string, simulator: RemoteSimulator, from: number, to: number): Promise<void> {
  for (const turn of talk.slice(from, to)) {
    await teach(simulator, turn);
    await send(url, 'sula-berth', turn.say, { agent: 'harbour-master', user: 'ann', tenant: 'harbour' });
  }
}

/** The team's session, whose members find out and write. */
export async function tellTeam(url: string, simulator: RemoteSimulator): Promise<void> {
  const text = 'A short piece on Samuel Plimsoll for the harbour’s notice board, please.';
  const task = 'Find when Plimsoll’s mark became law, and why.';
  const writing = 'Write two sentences on Plimsoll for a notice board.';
  await simulator.script([
    {
      match: { text: text.slice(0, 30) },
      toolCalls: [
        { name: 'delegate', arguments: { member: 'researcher', task } },
        { name: 'delegate', arguments: { member: 'writer', task: writing } },
      ],
    },
    {
      match: { text: task.slice(0, 30) },
      firstTokenMs: 300,
      tokensPerSecond: 90,
      answer: 'The Merchant Shipping Act of 1876 made the mark compulsory, after years of overloaded “coffin ships”.',
    },
    {
      match: { text: writing.slice(0, 30) },
      firstTokenMs: 200,
      tokensPerSecond: 60,
      answer: 'He drew a line that nobody could talk away. Since 1876 every ship carries it.',
    },
    {
      match: { text: text.slice(0, 30) },
      tokensPerSecond: 120,
      answer:
        '**Samuel Plimsoll** drew a line that nobody could talk away. Since the Merchant Shipping Act of 1876 every ship carries it, and everybody on the quay can see whether she is loaded too deep.',
    },
  ]);
  await send(url, 'notice-board', text, { agent: 'desk', user: 'eli', tenant: 'office' });
}

/** Sessions of others, so that the list is one. */
export async function tellQuestions(url: string): Promise<void> {
  for (const [index, [user, tenant, agent, text]] of questions.entries()) {
    const words = text.toLowerCase().match(/[a-z]+/g) ?? [];
    const id = `${words.slice(0, 3).join('-')}-${index + 1}`;
    for (const more of index % 3 === 0 ? [text, 'And in more words?', 'Thank you.'] : [text]) {
      await send(url, id, more, { agent, user, tenant });
    }
    if (index % 4 === 3) {
      await fetch(`${url}/v1/sessions/${id}/close`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      });
    }
  }
}
