import { answerOf, decide } from '../domain/approval.ts';
import type { CarriedState } from '../domain/carried.ts';
import { memberOfCall, memberWaitsOf, withMemberWaits, withoutCall } from '../domain/member-waits.ts';
import type { SessionInput } from '../domain/session.ts';
import { runRefOf } from '../domain/session-view.ts';
import { askApproval } from './activities.ts';
import { approveInMember, cancelMember } from './reach-member.ts';

/** What a session's run and the members of its team wait for, and the words that end it. */
export class Waits {
  readonly #input: SessionInput;
  readonly #state: CarriedState;

  constructor(input: SessionInput, state: CarriedState) {
    this.#input = input;
    this.#state = state;
  }

  /** Somebody's word on a call: of the run itself, or of a member, which is told. */
  async approve(argument: unknown): Promise<void> {
    const answer = answerOf(argument);
    const { current } = this.#state;
    if (answer === null || current === null) return;
    const member = memberOfCall(current, answer.callId);
    if (member === null) return decide(current, answer, new Date().toISOString());
    // Whoever asks right now is told that it is decided; the member itself tells what it still waits for.
    current.membersWait = withoutCall(current.membersWait, answer.callId);
    await approveInMember(member, answer);
  }

  /** A member waits, or goes on: its waits are the session's to tell, and its end when the session closes. */
  async ofMember(argument: unknown): Promise<void> {
    const { current, closing } = this.#state;
    const told = memberWaitsOf(argument, current);
    if (current === null || told === null) return;
    if (closing !== null && told.waitingFor.length > 0) return await cancelMember(told.runId);
    const { message, text } = current;
    const run = runRefOf(this.#input, message);
    const result = await askApproval({ run, at: new Date().toISOString(), text, calls: [] });
    current.membersWait = withMemberWaits(current.membersWait, told, result);
  }

  /** Members that wait are cancelled. A wait of the run itself ends in its loop. */
  endThoseOfMembers(): void {
    const { current } = this.#state;
    for (const runId of Object.keys(current?.membersWait?.runs ?? {})) void cancelMember(runId);
    this.forgetThoseOfMembers();
  }

  /** The run is over for its members; nobody is asked any more. */
  forgetThoseOfMembers(): void {
    if (this.#state.current !== null) this.#state.current.membersWait = null;
  }

  /** A wait for a budget is an activity's, and may last for days. */
  isForBudget(): boolean {
    return this.#state.current?.waiting?.waitingFor?.some(({ kind }) => kind === 'budget') === true;
  }
}
