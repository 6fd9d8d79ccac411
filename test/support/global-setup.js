export default async function globalSetup() {
  // Imported here and not above: Jest compiles what a setup file requires into CommonJS, which this package is not.
  const { beginTestRun } = await import('./test-run.ts');
  globalThis.endTestRun = await beginTestRun();
}
