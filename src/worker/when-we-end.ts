const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const actions = new Set<() => void>();

function runAll(): void {
  for (const action of actions) action();
  actions.clear();
}

const onSignal = (signal: NodeJS.Signals): void => {
  // Somebody else decides what this signal does; should they end the process, `exit` comes to us.
  if (process.listenerCount(signal) > 1) return;
  runAll();
  stopListening();
  process.kill(process.pid, signal);
};

function stopListening(): void {
  process.off('exit', runAll);
  for (const signal of signals) process.off(signal, onSignal);
}

/**
 * Calls `action` (synchronous) when this process ends, by itself or by a signal that nobody else handles; such a signal
 * ends it as it would have without us.
 *
 * @returns a function that takes the action back
 */
export function whenWeEnd(action: () => void): () => void {
  if (actions.size === 0) {
    process.on('exit', runAll);
    for (const signal of signals) process.on(signal, onSignal);
  }
  actions.add(action);
  return () => {
    if (actions.delete(action) && actions.size === 0) stopListening();
  };
}
