declare global {
  var stopEmbeddedAws: (() => Promise<void>) | undefined;
}

/** Ends what the global set-up has started, which runs in the same process. */
export default async function globalTeardown(): Promise<void> {
  await globalThis.stopEmbeddedAws?.();
}
