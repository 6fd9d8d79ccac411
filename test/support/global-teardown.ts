export default function globalTeardown(): void {
  globalThis.loadlineTestServer?.kill();
}
