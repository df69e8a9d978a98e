import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { showRows } from '../support/show-rows.ts';
import { compareMeasurements, type Measurement } from './compare-measurements.ts';

/**
 * Compares the inner parts of what is checked out with those of its merge base with another branch or commit, in rounds
 * that alternate, and ends with 1 where a part has become a quarter slower: `node compare-commits.ts [COMMIT]`, by default
 * origin/main. The same program measures both, so that a change of it is no change of speed.
 */

const ROUNDS = 7;
const ROOT = join(import.meta.dirname, '../..');
const PROGRAM = join(import.meta.dirname, 'measure-parts.ts');

const measurementSchema = z.record(z.string(), z.number());

const [commit = 'origin/main'] = process.argv.slice(2);
const base = git('merge-base', 'HEAD', commit);
const folder = join(mkdtempSync(join(tmpdir(), 'trailwarden-base-')), 'base');
git('worktree', 'add', '--detach', folder, base);
try {
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const [before, after]: [Measurement[], Measurement[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    before.push(measure(folder));
    after.push(measure(ROOT));
  }
  const compared = compareMeasurements(before, after);
  showRows(`microseconds an event, against ${base.slice(0, 12)}`, compared, 'markdown');
  const worse = compared.filter(({ isWorse }) => isWorse);
  if (worse.length > 0) {
    console.error(`Slower by a quarter or more: ${worse.map(({ part }) => part).join(', ')}.`);
    process.exitCode = 1;
  }
} finally {
  rmSync(join(folder, 'node_modules'), { force: true });
  git('worktree', 'remove', '--force', folder);
}

function measure(of: string): Measurement {
  return measurementSchema.parse(JSON.parse(execFileSync(process.execPath, [PROGRAM, of], { encoding: 'utf8' })));
}

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
}
