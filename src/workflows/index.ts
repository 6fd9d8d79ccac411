/**
 * The workflows, for the bundle of a Temporal worker of yours.
 *
 * @example
 * await bundleWorkflowCode({ workflowsPath: fileURLToPath(import.meta.resolve('loadline/workflows')) });
 */
export { session } from './session.ts';
export * from './messages.ts';
