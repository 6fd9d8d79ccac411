export { simulatedModels } from './models.ts';
export type { SimulatedModel } from './models.ts';
export { simulatorAt } from './remote.ts';
export type { RemoteSimulator } from './remote.ts';
export { startSimulator } from './simulator.ts';
export type { Simulator, SimulatorControl, SimulatorOptions } from './simulator.ts';
export type { ScriptedBehaviour } from './behaviour.ts';
export type { Settings } from './settings.ts';
export type { Billed, BilledRequest, Outcome, Tally, TallyQuery } from './tally.ts';
