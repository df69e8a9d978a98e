import { cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const PROJECT = join(import.meta.dirname, '../../..');

/** What a checkout needs for deploying, and for the command line. */
const PARTS = [
  'bin',
  'cli',
  'lambda',
  'lib',
  'local',
  'rules',
  'ui',
  'cdk.json',
  'package.json',
  'package-lock.json',
  'README.md',
  'tsconfig.json',
];

/**
 * A checkout of its own, as somebody has who follows the README: with no settings, and with assemblies and settings that
 * are nobody else's. Its packages are this project's.
 */
export async function copyProject(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const part of PARTS) await cp(join(PROJECT, part), join(folder, part), { recursive: true });
  await symlink(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
}

/** Writes the checkout's trailwarden.yaml. */
export async function writeSettings(folder: string, yaml: string, name = 'trailwarden.yaml'): Promise<void> {
  await writeFile(join(folder, name), yaml);
}
