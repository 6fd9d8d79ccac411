/**
 * An import may only go down. A folder of `src` may import itself and the folders named here, nothing else;
 * `packages` closes the list of packages too, for the layers that run in the workflow sandbox or in a browser.
 */
const base = ['domain'];
const edge = [...base, 'providers', 'models', 'store', 'config', 'simulator'];
const acting = [...edge, 'ai-sdk', 'activities', 'tools'];
const running = [...acting, 'workflows', 'worker'];

interface Layer {
  folders: readonly string[];
  packages?: readonly string[];
}

export const layers: Readonly<Record<string, Layer>> = {
  domain: { folders: [], packages: [] },
  workflows: { folders: base, packages: ['@temporalio/workflow', '@temporalio/common'] },
  providers: { folders: base },
  models: { folders: [...base, 'providers'] },
  store: { folders: base },
  config: { folders: [...base, 'providers'] },
  simulator: { folders: base },
  tools: { folders: edge },
  activities: { folders: [...edge, 'tools'] },
  'ai-sdk': { folders: [...base, 'providers'] },
  worker: { folders: [...acting, 'workflows'] },
  client: { folders: [...running] },
  server: { folders: [...running, 'client'] },
  library: { folders: [...running, 'client', 'server'] },
  cli: { folders: [...running, 'client', 'library', 'server'] },
};
