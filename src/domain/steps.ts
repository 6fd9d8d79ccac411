import type { ApprovalDecision, ApprovalPolicy } from './approval.ts';
import type { Limits, LimitsInForce, LimitsPatch, Thresholds } from './agent.ts';
import type { RunInProgress } from './carried.ts';
import type { CompactionCause, CompactionGain, CompactionResult } from './compaction.ts';
import type { ErrorFacts } from './errors.ts';
import type { JsonObject } from './json.ts';
import type { UserPart } from './messages.ts';
import type { ContextUse, Totals } from './metrics.ts';
import type { FinishReason, RunRequest, RunResult, RunStatus } from './run.ts';
import type { TreeLimitReached, TreeLimits } from './run-tree.ts';
import type { SummaryInForce } from './session.ts';
import type { MemberEnd, MemberRef, MemberTask, TeamMode } from './team.ts';

/** An accepted message on its way to be answered. */
export interface QueuedMessage {
  readonly runId: string;
  readonly messageId: string;
  /** Empty when the store keeps them, under `storedAs`. */
  readonly parts: readonly UserPart[];
  readonly storedAs?: string;
  readonly metadata?: JsonObject;
  readonly run?: RunRequest;
}

/** Whose work an activity does. */
export interface RunRef {
  readonly sessionId: string;
  readonly runId: string;
  readonly messageId: string;
  readonly agent: string;
  readonly user?: string;
  readonly tenant?: string;
  /** Of a member's run: whose, and what it is to do. */
  readonly member?: MemberTask;
}

/** What the workflow keeps of an agent's definition; the rest stays with the workers. */
export interface DefinitionInForce extends LimitsInForce {
  readonly hash: string;
  readonly team?: TeamMode;
}

export interface OpenSessionInput {
  readonly sessionId: string;
  readonly agent: string;
  /** Runs that the workflow knows of: a store that knows more had a workflow of this id before. */
  readonly accepted: number;
  readonly user?: string;
  readonly tenant?: string;
  readonly metadata?: JsonObject;
  /** The session's own, to be held against the agent's. */
  readonly limits?: LimitsPatch;
  /** The session that it carries on. */
  readonly from?: string;
}

export interface OpenedSession {
  readonly definition: DefinitionInForce;
  readonly context: ContextUse;
  readonly totals: Totals;
  /** Are Loadline's search attributes registered on this server? Setting one that is not would block the workflow. */
  readonly searchAttributes: boolean;
}

export interface CallInput {
  readonly run: RunRef;
  /** 1, 2, 3, … within the run; the call's id is `<runId>.<call>`. */
  readonly call: number;
  /** ISO 8601, the workflow's clock. */
  readonly runStartedAt: string;
  /** With the first call of a run: what it answers. */
  readonly message?: Pick<QueuedMessage, 'parts' | 'storedAs' | 'metadata'>;
  /** Id of the blob with the run's frame, where its sender gave one. */
  readonly frame?: string;
  readonly definitionHash: string;
  readonly maxOutputTokens: number;
  /** Those in force. */
  readonly thresholds: Thresholds;
  /** What `runSeconds` leaves for this call. */
  readonly secondsLeft: number;
  /** The session's state says that it waits for a budget: the activity may wait for it now. */
  readonly mayWait: boolean;
  /** So often was the context compacted to make room for this very call. */
  readonly compactions: number;
  /** May an answer that does not fit the output schema be corrected by another call of the run? */
  readonly mayRepair: boolean;
  /** May a compaction that is due be done before the call? Not while one that brought nothing rests. */
  readonly mayCompact: boolean;
  /** The summary that the workflow knows; 0: none. */
  readonly summaryNumber: number;
  /** So often has the provider refused this very call as too long, whatever we had counted. */
  readonly overflows: number;
  readonly keys?: Readonly<Record<string, string>>;
  /** In a team: limits of the run and of those above it, which hold for all that is below each. */
  readonly tree?: readonly TreeLimits[];
}

/** A tool that the model asks for; its arguments stay in the store. */
export interface ToolCallRef {
  readonly callId: string;
  readonly tool: string;
  readonly timeoutMs: number;
  /** How often a failed attempt may be tried; what an attempt of unknown outcome allows is for the activity to say. */
  readonly maxAttempts: number;
  /** Of a leader's call to its members: the runs that do it. */
  readonly members?: readonly MemberRef[];
  /** Given when somebody has to approve the call first. */
  readonly approval?: ApprovalPolicy;
}

/** What a transaction that counts tokens left of the session's thresholds. */
export interface ThresholdFacts {
  /** Names of the levels that stand fired, such as `context.warn`. */
  readonly thresholdsFired: readonly string[];
  /** In words: which level closes the session, with this run where it is still open; `null`: none. */
  readonly stop: string | null;
}

/** Facts that every step hands back, absolute, so that the order in which they arrive does not matter. */
export interface StepFacts {
  readonly totals: Totals;
  /** Of the run so far. */
  readonly spent: { readonly tokens: number; readonly costNanoUsd: number };
  /** Time spent on the step, all its attempts together. */
  readonly workedMs: number;
}

export type CallOutcome = StepFacts &
  ThresholdFacts & {
    readonly context: ContextUse;
    /** Given when the definition's hash differs from the workflow's: in force from the next run on. */
    readonly definition?: DefinitionInForce;
    /** The context is nearly full: time to compact, before the next run needs the room. */
    readonly compactionDue?: true;
    /** Given when another one is in force than the workflow knows. */
    readonly summary?: SummaryInForce;
    /** Of a compaction before the call. */
    readonly compaction?: CompactionGain;
  } & (
    | {
        /** The run is over: answered now, or long ago under the same message id. */
        readonly kind: 'ended';
        readonly result: RunResult;
      }
    | {
        /** No budget covers the call and the agent's policy is to wait: nothing was sent. */
        readonly kind: 'waiting';
        readonly result: RunResult;
      }
    | {
        /** The request did not fit, by our count or by the provider's (`overflow`): nothing was answered. */
        readonly kind: 'compact';
        readonly overflow: boolean;
        readonly reason: string;
      }
    | {
        /** The answer does not fit the agent's output schema: the model was told, and is to be called again. */
        readonly kind: 'repair';
        readonly text: string;
      }
    | {
        readonly kind: 'tools';
        readonly text: string;
        readonly toolCalls: readonly ToolCallRef[];
        /** In a team: nobody may read what the tools would do. */
        readonly limit?: TreeLimitReached;
      }
    | {
        /** The members of a team are to answer before its leader is asked. */
        readonly kind: 'members';
        readonly members: readonly MemberRef[];
      }
  );

/** The argument of the workflow `memberRun`. */
export interface MemberInput {
  readonly run: RunRef;
  readonly keys?: Readonly<Record<string, string>>;
  /** Of the member's definition. */
  readonly hash: string;
  /** The member's own; its time is within its leader's. */
  readonly limits: Limits;
  /** The session's. */
  readonly thresholds: Thresholds;
  /** Limits of the runs above it. */
  readonly above: readonly TreeLimits[];
  /** What it hands to itself at a roll-over. */
  readonly carried?: RunInProgress;
}

export interface MemberResult {
  readonly status: RunStatus;
  readonly workedMs: number;
}

/** Members' runs that have ended, to be read by their leader. */
export interface JoinInput {
  readonly run: RunRef;
  readonly runStartedAt: string;
  /** The leader's tool call; `null`: they answered the message itself. */
  readonly callId: string | null;
  readonly members: readonly MemberEnd[];
  readonly thresholds: Thresholds;
  readonly tree: readonly TreeLimits[];
}

export type Joined = Omit<StepFacts, 'workedMs'> &
  ThresholdFacts & {
    readonly limit?: TreeLimitReached;
    /** A member's answer was the run's. */
    readonly result?: RunResult;
  };

export interface ToolInput {
  readonly run: RunRef;
  readonly callId: string;
  /** What was said to the question whether it may be executed, where there was one. */
  readonly decision?: ApprovalDecision;
  /** What that question told of an earlier attempt. */
  readonly unknown?: string;
  /** So many attempts of unknown outcome may be started again; 0 when not given. */
  readonly restarts?: number;
  /** Given when the tool can't be run any more: stored as its result. */
  readonly failure?: string;
}

export interface ToolOutcome extends StepFacts {
  /** Nobody knows what an attempt did, and somebody is to say whether it is started again: there is no result yet. */
  readonly unknown?: { readonly reason: string; readonly approval: ApprovalPolicy };
  /** The beginning of what went wrong, as the model is told; absent: nothing did. */
  readonly fault?: string;
}

export interface AskApprovalInput {
  readonly run: RunRef;
  /** ISO 8601, the workflow's clock: of the events. */
  readonly at: string;
  /** What the model wrote with its calls. */
  readonly text: string;
  readonly calls: readonly {
    readonly callId: string;
    readonly until?: string;
    readonly reason?: string;
    /** It was asked before, and everyone was told. */
    readonly isKnown?: boolean;
  }[];
}

export interface CompactInput {
  /** The caller of its model calls; `runId` where a run waits for it. */
  readonly sessionId: string;
  readonly runId: string | null;
  readonly agent: string;
  readonly user?: string;
  readonly tenant?: string;
  /** Unique: the same id again answers what was done. */
  readonly compactionId: string;
  readonly cause: CompactionCause;
  /** Runs to keep whole; `null`: the agent's `summary.keepRuns`. */
  readonly keepRuns: number | null;
  readonly thresholds: Thresholds;
  /** The session whose end this one begins with. */
  readonly from?: string;
}

export interface CompactOutcome extends ThresholdFacts {
  readonly summary: SummaryInForce | null;
  readonly result: CompactionResult;
  readonly totals: Totals;
  readonly context: ContextUse;
  readonly workedMs: number;
}

export interface EndRunInput {
  readonly run: RunRef;
  readonly runStartedAt: string;
  readonly status: Exclude<RunStatus, 'completed' | 'waiting'>;
  readonly finishReason: FinishReason;
  readonly reason?: string;
  readonly error?: ErrorFacts;
  /** What the model had written when the run was stopped. */
  readonly text: string;
  /** Those in force. */
  readonly thresholds: Thresholds;
  /** Of a run that never began: what it should have answered. */
  readonly message?: Pick<QueuedMessage, 'parts' | 'storedAs' | 'metadata'>;
}

export interface EndedRun extends ThresholdFacts {
  readonly result: RunResult;
  readonly totals: Totals;
}

export interface CloseSessionInput {
  readonly sessionId: string;
  readonly status: 'closed' | 'failed';
  readonly reason?: string;
}

/** The activities, as the workflows call them. */
export interface SessionActivities {
  openSession(input: OpenSessionInput): Promise<OpenedSession>;
  callModel(input: CallInput): Promise<CallOutcome>;
  executeTool(input: ToolInput): Promise<ToolOutcome>;
  /** Tells everyone that the run waits for somebody's word; answers what its senders are told. */
  askApproval(input: AskApprovalInput): Promise<RunResult>;
  compactSession(input: CompactInput): Promise<CompactOutcome>;
  endRun(input: EndRunInput): Promise<EndedRun>;
  joinMembers(input: JoinInput): Promise<Joined>;
  storedResult(input: { readonly sessionId: string; readonly runId: string }): Promise<RunResult>;
  /** Keeps a queued message's content in the store; answers what it is stored as. */
  stash(content: Pick<QueuedMessage, 'parts' | 'metadata'>): Promise<string>;
  closeSession(input: CloseSessionInput): Promise<Totals>;
}
