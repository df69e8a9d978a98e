import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';

const PROJECT_ROOT = join(import.meta.dirname, '../..');
const BUNDLER = join(import.meta.dirname, 'bundle-handler.ts');

/**
 * The code of a function of lambda/ (`backfill-list`: of lambda/backfill/list/), bundled when its stack is synthesized. In a process of its own, because constructs
 * can't wait for esbuild's plugins.
 * @throws Error with esbuild's output, while the app is synthesized.
 */
export function handlerCode(name: string): AssetCode {
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
