import type { Session } from '../../client/api.ts';
import type { BudgetStatus } from '../../client/budget-api.ts';
import { approvalsIn } from '../../domain/approval.ts';
import { budgetName } from '../../domain/budget-words.ts';
import { namedCall } from '../approve-call.ts';
import { UsageError } from '../failure.ts';
import { describeLimits, parseAssignments } from '../show-limits.ts';
import { amount, describeBudgets, resetText } from '../terminal/describe-budgets.ts';
import { describeFound, describeMessages } from '../terminal/describe-messages.ts';
import { describeMetrics } from '../terminal/describe-metrics.ts';
import { describeState } from '../terminal/describe-state.ts';
import { fields } from '../terminal/fields.ts';
import { screenWidth } from '../terminal/screen.ts';
import type { CliClient } from '../with-client.ts';
import type { Conversation } from './conversation.ts';
import { slashCommands, type SlashName } from './slash.ts';

export interface SlashScene {
  readonly client: Pick<CliClient, 'api'>;
  readonly session: Session;
  readonly conversation: Conversation;
  leave(): void;
}

/** Does what a slash command asks for, and answers what is to be shown. */
export type SlashAction = (scene: SlashScene, words: readonly string[]) => Promise<string | null> | string | null;

export const slashActions: Readonly<Record<SlashName, SlashAction>> = {
  approve: async (scene, [call]) => await decide(scene, call, true),
  budget: showBudgets,
  cancel: ({ conversation }) => (conversation.cancel() ? null : 'Nothing is in progress.'),
  async close({ session }, words) {
    await session.close(words.length === 0 ? {} : { reason: words.join(' ') });
    return null;
  },
  compact,
  deny: async (scene, [call, ...reason]) => await decide(scene, call, false, reason.join(' ')),
  exit(scene) {
    scene.leave();
    return null;
  },
  help: () => helpText(),
  limits: showLimits,
  metrics: async ({ session, conversation }) => describeMetrics(await session.metrics(), conversation.gauge.marks),
  state: async ({ session }) => describeState(await session.state()),
  async transcript({ session }, words) {
    const search = words.join(' ');
    return search === ''
      ? describeMessages(await session.messages())
      : describeFound(await session.search(search), search);
  },
};

const keys = [
  ['Enter', 'sends; a backslash before it, Ctrl-J or Alt-Enter begin a new line'],
  ['Ctrl-C', 'cancels the run in progress; at an empty prompt, twice leaves'],
  ['Ctrl-D', 'leaves; the session goes on'],
  ['//…', 'a message that begins with a slash'],
] as const;

function helpText(): string {
  const commands = Object.entries(slashCommands).map(
    ([name, { takes, says }]) => [`/${name}${takes === '' ? '' : ` ${takes}`}`, says] as const,
  );
  return fields([...commands, ...keys], screenWidth());
}

async function decide({ session, conversation }: SlashScene, given: string | undefined, approved: boolean, why = '') {
  const calls = approvalsIn((await session.state()).waitingFor);
  // What follows /deny is its reason where it names no call.
  const names = given !== undefined && calls.some(({ callId }) => callId.startsWith(given));
  const { callId } = namedCall(session.id, calls, names || approved ? given : undefined);
  const reason = (names || given === undefined ? why : `${given} ${why}`).trim();
  await conversation.decide(callId, approved, reason === '' ? undefined : reason);
  return null;
}

/** What came of it is told by its event. */
async function compact({ session, conversation }: SlashScene, [keepRuns]: readonly string[]): Promise<null> {
  if (keepRuns !== undefined && !/^\d{1,4}$/.test(keepRuns)) {
    throw new UsageError('/compact takes the number of runs to keep whole');
  }
  conversation.compacting = true;
  try {
    await session.compact(keepRuns === undefined ? {} : { keepRuns: Number(keepRuns) });
  } finally {
    conversation.compacting = false;
  }
  return null;
}

async function showLimits({ session }: SlashScene, assignments: readonly string[]): Promise<string> {
  if (assignments.length === 0) return describeLimits(await session.state(), []);
  return describeLimits(await session.setLimits(parseAssignments(assignments)), assignments);
}

async function showBudgets({ client: { api }, session }: SlashScene, words: readonly string[]): Promise<string> {
  const [verb, given] = words;
  if (verb === 'raise') return await raiseTightest({ api }, session.id, Number(given));
  if (verb !== undefined) throw new UsageError('It is /budget, or /budget raise AMOUNT');
  const { agent, user, tenant } = await session.state();
  const own = { session: session.id, agent, user, tenant, all: null };
  const counting = (await api.budgets.list()).filter(({ scope, key }) => scope === 'all' || own[scope] === key);
  return counting.length === 0 ? 'No budget counts here yet.' : describeBudgets(counting, Date.now(), screenWidth());
}

async function raiseTightest({ api }: SlashScene['client'], session: string, by: number): Promise<string> {
  if (!(by > 0)) throw new UsageError('/budget raise takes tokens, or dollars where the budget counts these');
  const { budget } = await api.budgets.check({ session });
  if (budget === null) return 'No budget counts here.';
  const { scope, key, window, unit, timeZone } = budget;
  const raised = await api.budgets.raise({ scope, window, unit, timeZone, by, ...(key === null ? {} : { key }) });
  return describeRaised(raised);
}

function describeRaised(
  raised: Pick<BudgetStatus, 'scope' | 'key' | 'window' | 'unit' | 'limit' | 'resetsAt'>,
): string {
  const until = raised.resetsAt === null ? 'it never resets' : `it resets ${resetText(raised.resetsAt, Date.now())}`;
  return `The limit of ${budgetName(raised)} is ${amount(raised.limit, raised.unit)}; ${until}.`;
}
