import {
  condition,
  continueAsNew,
  defineUpdate,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';

export const turnUpdate = defineUpdate<string, [string]>('turn');

const { noOp } = proxyActivities<{ noOp(text: string): Promise<string> }>({ startToCloseTimeout: '1 minute' });

/** The least that a durable turn can cost: an update that stays open while one activity runs, 11 history events. */
export async function bare(): Promise<void> {
  let open = 0;
  setHandler(turnUpdate, async (text) => {
    open += 1;
    const answer = await noOp(text);
    open -= 1;
    return answer;
  });
  await condition(() => open === 0 && workflowInfo().continueAsNewSuggested);
  await continueAsNew<typeof bare>();
}
