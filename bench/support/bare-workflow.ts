import {
  condition,
  continueAsNew,
  defineUpdate,
  executeChild,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';

export const turnUpdate = defineUpdate<string, [string]>('turn');

/** A turn of so many activities, one after the other. */
export const activitiesUpdate = defineUpdate<string, [number]>('activities');

/** A turn of an activity, a child workflow with one of its own, and another activity. */
export const childUpdate = defineUpdate<string, [string]>('child');

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
  setHandler(activitiesUpdate, async (count) => {
    open += 1;
    let answer = '';
    for (let n = 0; n < count; n += 1) answer = await noOp('How are you?');
    open -= 1;
    return answer;
  });
  setHandler(childUpdate, async (text) => {
    open += 1;
    const task = await noOp(text);
    const answer = await noOp(await executeChild(bareChild, { args: [task] }));
    open -= 1;
    return answer;
  });
  await condition(() => open === 0 && workflowInfo().continueAsNewSuggested);
  await continueAsNew<typeof bare>();
}

export async function bareChild(text: string): Promise<string> {
  return await noOp(text);
}
