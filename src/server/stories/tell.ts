import type { Session, SessionApi } from '../../client/api.ts';
import type { Config } from '../../config/index.ts';
import type { Simulator } from '../../simulator/index.ts';
import { roomyModel, talkModel, type StoryAgent } from './story-config.ts';
import { crash, introduction, lines, recollection, refundQuestion, type Line } from './texts.ts';

export const storyNames = ['fill-window', 'hit-budget', 'approve-tool', 'kill-worker'] as const;
export type StoryName = (typeof storyNames)[number];

/** What a story is told with. */
export interface Scene {
  readonly api: SessionApi<Config>;
  readonly simulator: Pick<Simulator, 'script'>;
  /** How fast answers are written. */
  readonly pace: Pace;
  /** Ends the worker with SIGKILL and starts another one. */
  killWorker(): Promise<void>;
}

export interface Story {
  readonly agent: StoryAgent;
  /** Before its session starts. */
  prepare?(scene: Scene, sessionId: string): Promise<void>;
  /** Says one thing after the other; it ends early when the session closes. */
  tell(scene: Scene, session: Session): Promise<void>;
}

export interface Pace {
  readonly firstTokenMs: number;
  readonly tokensPerSecond: number;
}

/** Enough for three questions; the fourth has to wait until somebody raises it, or the hour is over. */
const smallBudget = 1_900;

const modelName = (reference: string): string => reference.slice(reference.indexOf('/') + 1);

function teach({ simulator, pace }: Scene, model: string, { question, answer }: Line): void {
  simulator.script({ match: { model: modelName(model), text: question }, answer, ...pace });
}

async function ask(scene: Scene, session: Session, model: string, line: Line): Promise<void> {
  teach(scene, model, line);
  await session.send(line.question);
}

export const stories: Readonly<Record<StoryName, Story>> = {
  'fill-window': {
    agent: 'story-window',
    async tell(scene, session) {
      for (const line of [introduction, ...lines]) await ask(scene, session, talkModel, line);
      // Answered by the simulator from what is in the request: the summary still has it.
      await session.send(recollection);
    },
  },
  'hit-budget': {
    agent: 'story-budget',
    async prepare({ api }, sessionId) {
      await api.budgets.set({ scope: 'session', key: sessionId, window: 'hour', tokens: smallBudget });
    },
    async tell(scene, session) {
      for (const line of [introduction, ...lines]) {
        teach(scene, roomyModel, line);
        const run = await session.send(line.question);
        if (run.status === 'waiting') return;
      }
    },
  },
  'approve-tool': {
    agent: 'story-approval',
    async tell({ simulator, pace }, session) {
      simulator.script({
        match: { model: modelName(roomyModel), text: refundQuestion },
        toolCalls: [{ name: 'refund', arguments: { order: 7, amount: 40 } }],
        ...pace,
      });
      await session.send(refundQuestion);
    },
  },
  'kill-worker': {
    agent: 'story-crash',
    async tell(scene, session) {
      const match = { model: modelName(roomyModel), text: crash.question };
      scene.simulator.script([
        { match, answer: crash.answer, firstTokenMs: 300, tokensPerSecond: 8 },
        { match, answer: crash.answer, ...scene.pace },
      ]);
      let written = 0;
      for await (const event of session.send(crash.question)) {
        if (event.type === 'text.delta') written += event.delta.length;
        if (written >= 40) {
          written = Number.NEGATIVE_INFINITY;
          await scene.killWorker();
        }
      }
    },
  },
};
