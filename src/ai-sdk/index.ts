/** `loadline/ai-sdk`: run any language model of the AI SDK as a provider. */
export { type AiSdkModel, aiSdkModelName, isAiSdkModel } from '../providers/ai-sdk/model.ts';
export { fromAiSdk } from '../providers/ai-sdk/provider.ts';
export type { Provider } from '../providers/provider.ts';
