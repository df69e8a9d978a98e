import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';

const PROJECT_ROOT = join(import.meta.dirname, '../..');
const BUNDLER = join(import.meta.dirname, 'bundle-handler.ts');

/** Where the published package has its bundles, a folder a function: it holds no TypeScript to make any of. */
const PREPARED = join(PROJECT_ROOT, 'bundles');

/**
 * The code of a function of lambda/ (`backfill-list`: of lambda/backfill/list/): as the package brings it, or bundled when its
 * stack is synthesized. In a process of its own, because constructs can't wait for esbuild's plugins.
 * @throws Error with esbuild's output, while the app is synthesized.
 */
export function handlerCode(name: string): AssetCode {
  const prepared = join(PREPARED, name);
  if (existsSync(prepared)) return Code.fromAsset(prepared);
  const entry = join(PROJECT_ROOT, 'lambda', ...name.split('-'), 'handler.ts');
  return Code.fromAsset(PROJECT_ROOT, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('unused'),
      // CDK takes assets of one source for the same where these words are.
      command: ['bundle', name],
      local: {
        tryBundle(folder) {
          const { status, stderr } = spawnSync(process.execPath, [BUNDLER, entry, folder], { encoding: 'utf8' });
          if (status !== 0) throw new Error(`${entry} can't be bundled:\n${stderr}`);
          return true;
        },
      },
    },
  });
}
