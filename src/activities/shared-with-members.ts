import type { ResolvedAgent } from '../config/index.ts';
import { excerptWithin } from '../domain/excerpts.ts';
import { textOfMessage } from '../domain/message-text.ts';
import { textOf, type Part, type UserPart } from '../domain/messages.ts';
import type { ShareHistory, TeamSpec } from '../domain/team.ts';
import type { RunRow, Store, StoredMessage } from '../store/store.ts';
import type { ActivityDeps } from './deps.ts';
import { isAnswered } from './past.ts';
import { boundOfText, fitText, roomBeside, type Room } from './room.ts';

/** Characters of each text that is shared: enough to go on from it. */
const mostChars = 4_000;

/** The part of a member's window that it may take. */
const shareOfWindow = 1 / 4;

/** What somebody was asked and answered. */
interface Exchange {
  readonly of: string | null;
  readonly asked: string;
  readonly answered: string;
}

export interface SharedFor {
  /** The leader's run. */
  readonly parent: RunRow;
  readonly member: ResolvedAgent;
  readonly task: readonly UserPart[];
  /** Runs whose answers the task has already. */
  readonly known: readonly string[];
}

/**
 * What the team shares with a member, as the first part of its message: so the transcript has just what the member saw,
 * and what it saw does not change when it is asked again. It takes no more of the member's window than there is; the
 * oldest is left out first. `null`: nothing is shared, or there is nothing yet.
 */
export async function sharedPart(
  deps: ActivityDeps,
  { shareHistory, shareInteractions }: TeamSpec,
  asked: SharedFor,
): Promise<UserPart | null> {
  if (shareHistory === undefined && shareInteractions !== true) return null;
  const interactions = shareInteractions === true ? await interactionsOf(deps.store, asked) : [];
  const earlier = shareHistory === undefined ? [] : await earlierOf(deps.store, shareHistory, asked);
  const room = await roomBeside(deps, asked.member, asked.task, shareOfWindow);
  const now = newest(interactions, room, 'What your team has answered in this run:');
  const title = shareHistory?.of === 'member' ? 'What you were asked before, and answered:' : 'What was said before:';
  const lines = [...newest(earlier, { ...room, tokens: now.left }, title).lines, ...now.lines];
  return lines.length === 0 ? null : { type: 'text', text: [opening, ...lines, closing].join('\n') };
}

const opening = '<shared>';
const closing = '</shared>';

/** A member's message without what its team shared with it. */
export function taskOf(parts: readonly Part[]): readonly UserPart[] {
  const [first, ...rest] = parts as readonly UserPart[];
  const isShared = first?.type === 'text' && first.text.startsWith(`${opening}\n`) && first.text.endsWith(closing);
  return isShared && rest.length > 0 ? rest : (parts as readonly UserPart[]);
}

/** The newest exchanges that fit into what is left of the room, oldest first; of one that is too long, a part. */
function newest(
  exchanges: readonly Exchange[],
  { tokens, reader }: Room,
  title: string,
): { readonly lines: readonly string[]; readonly left: number } {
  const taken: string[] = [];
  let left = tokens - boundOfText(title, reader);
  for (const exchange of exchanges.toReversed()) {
    const whole = render(exchange);
    const text = taken.length === 0 ? fitText(whole, { tokens: left, reader }) : whole;
    const needed = boundOfText(text, reader);
    if (needed > left) break;
    taken.unshift(text);
    left -= needed;
  }
  return taken.length === 0 ? { lines: [], left: tokens } : { lines: [title, ...taken], left };
}

function render({ of, asked, answered }: Exchange): string {
  const [task, answer] = [asked, answered].map((text) => excerptWithin(text, mostChars));
  const open = of === null ? '<earlier>' : `<member name="${of}">`;
  const question = asked === '' ? [] : [`<asked>\n${task}\n</asked>`];
  return [open, ...question, `<answered>\n${answer}\n</answered>`, of === null ? '</earlier>' : '</member>'].join('\n');
}

/** What other members, and this one, have answered their leader since its run began. */
async function interactionsOf(store: Store, { parent, task, known }: SharedFor): Promise<readonly Exchange[]> {
  const runs = await store.memberRuns(parent.sessionId, parent.runId);
  const answered = runs.filter(({ runId, result }) => result?.status === 'completed' && !known.includes(runId));
  const own = textOf(task);
  return await Promise.all(
    answered.map(async (run) => {
      const asked = await taskText(store, run);
      return { of: run.agent, asked: asked === own ? '' : asked, answered: run.result?.text ?? '' };
    }),
  );
}

async function earlierOf(
  store: Store,
  { runs, of }: ShareHistory,
  { parent, member }: SharedFor,
): Promise<readonly Exchange[]> {
  const root = await rootOf(store, parent);
  const { sessionId } = root;
  if (of === 'member') {
    const path = [parent.member, member.spec.name].filter((name) => name !== null).join('/');
    const before = await store.earlierRunsOf(sessionId, { member: path, notBelow: root.runId, limit: runs });
    return await Promise.all(
      before.map(async (run) => ({ of: null, asked: await taskText(store, run), answered: run.result?.text ?? '' })),
    );
  }
  const bounds = { afterNumber: 0, beforeNumber: root.number, maxRuns: runs, maxTokens: null };
  const history = (await store.history(sessionId, bounds)).filter(isAnswered);
  return history.map(({ runId, messages }) => ({
    of: null,
    asked: textOfAsked(messages.find(({ id }) => id === `${runId}.user`)),
    answered: textOf(messages.findLast(({ role }) => role === 'assistant')?.parts ?? []),
  }));
}

async function rootOf(store: Store, run: RunRow): Promise<RunRow> {
  const above = run.parentRunId === null ? null : await store.run(run.sessionId, run.parentRunId);
  return above === null ? run : await rootOf(store, above);
}

async function taskText(store: Store, { sessionId, runId }: RunRow): Promise<string> {
  return textOfAsked((await store.messagesOfRun(sessionId, runId)).find(({ id }) => id === `${runId}.user`));
}

function textOfAsked(message: StoredMessage | undefined): string {
  return message === undefined ? '' : textOfMessage({ parts: taskOf(message.parts) });
}
