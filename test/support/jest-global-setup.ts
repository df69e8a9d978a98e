import { spawnEmbeddedAws } from './embedded-aws-process.ts';

/** Starts the embedded AWS once for all tests; jest calls it before the first of them. */
export default async function globalSetup(): Promise<void> {
  const { stop } = await spawnEmbeddedAws();
  globalThis.stopEmbeddedAws = stop;
}
