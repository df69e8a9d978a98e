#!/usr/bin/env node
import { keepCompiledCode } from '../cli/inputs/compiled-code.ts';

keepCompiledCode();
// Not before: what is imported is compiled at once.
const [{ processIo }, { run }] = await Promise.all([
  import('../cli/output/process-io.ts'),
  import('../cli/program.ts'),
]);
process.exitCode = await run(process.argv.slice(2), processIo());
