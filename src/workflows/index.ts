/**
 * The workflows, for the bundle of a Temporal worker of yours.
 *
 * @example
 * const workflowsPath = fileURLToPath(import.meta.resolve('loadline/workflows'));
 * // Arguments that can't be decoded are then refused instead of blocking the session.
 * const payloadConverterPath = workflowsPath.replace('index.', 'payload-converter.');
 * await bundleWorkflowCode({ workflowsPath, payloadConverterPath });
 */
export { memberRun } from './member-run.ts';
export { session } from './session.ts';
export * from './messages.ts';
