const foreign = /^(?:TEMPORAL|OPENAI|ANTHROPIC)_|^LOADLINE_(?!TEST_|PROPERTY_RUNS$)/;

/** Drops every variable that could lead a test to something of the user's: servers, keys, homes. */
export function cleanEnvironment(environment: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(environment)) {
    if (foreign.test(name)) delete environment[name];
  }
}
