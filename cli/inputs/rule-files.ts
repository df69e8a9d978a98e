import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import type { RuleSource } from '../../lambda/detection/index.ts';
import { CommandFailure, EXIT } from '../output/exit-codes.ts';
import { reasonOf } from './find-files.ts';

/** A rule file that was read. */
export type RuleFile = Required<RuleSource>;

const YAML_FILE = /\.ya?ml$/i;
const TEST_FILE = /\.test(\.ya?ml)$/i;

/**
 * The rule files among the files and below the folders that are named, each once, in the order of their paths. Tests
 * beside the rules aren't rules. A test file that is named means the rules that it tests.
 * @throws CommandFailure for a path that isn't there or can't be read, and a folder without rules.
 */
export async function findRuleFiles(paths: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(paths.map(ruleFilesAt));
  return [...new Set(found.flat())].toSorted();
}

/** Reads rule files, to be compiled together. */
export async function readRuleFiles(paths: readonly string[]): Promise<readonly RuleFile[]> {
  const files = await findRuleFiles(paths);
  return await Promise.all(files.map(async (file) => ({ file, text: await readText(file) })));
}

/** @throws CommandFailure if the file isn't there or can't be read. */
export async function readText(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch((error: unknown) => {
    throw new CommandFailure(`${file}: ${reasonOf(error)}`, EXIT.usage);
  });
}

/** The test files below the folders that are named, in the order of their paths. */
export async function findTestFiles(paths: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(
    paths.map(async (path) => {
      const entries = (await entriesOf(path)) ?? [];
      return entries.filter((entry) => entry.isFile() && isTestFile(entry.name)).map(pathOf);
    }),
  );
  return found.flat().toSorted();
}

/** The test file of a rule file. */
export function testFileOf(ruleFile: string): string {
  return ruleFile.replace(YAML_FILE, '.test$&');
}

function isTestFile(path: string): boolean {
  return TEST_FILE.test(path);
}

async function ruleFilesAt(path: string): Promise<readonly string[]> {
  const entries = await entriesOf(path);
  if (entries === undefined) return [normalize(path).replace(TEST_FILE, '$1')];
  const files = entries.filter((entry) => entry.isFile() && YAML_FILE.test(entry.name) && !isTestFile(entry.name));
  if (files.length === 0)
    throw new CommandFailure(`${path}: there is no .yml or .yaml file in this folder`, EXIT.usage);
  return files.map(pathOf);
}

/** What is below a folder; undefined for a file. */
async function entriesOf(path: string): Promise<readonly Dirent[] | undefined> {
  try {
    return (await stat(path)).isDirectory() ? await readdir(path, { recursive: true, withFileTypes: true }) : undefined;
  } catch (error) {
    throw new CommandFailure(`${path}: ${reasonOf(error)}`, EXIT.usage);
  }
}

function pathOf({ parentPath, name }: Dirent): string {
  return join(parentPath, name);
}
