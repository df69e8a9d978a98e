import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { PublicKey } from '../../../lambda/cloudtrail/digest/digest-signature.ts';
import { pythonEnvironment } from './python-environment.ts';

export interface EmulatorOptions {
  /** Where it keeps its files and its log. */
  readonly folder: string;
  /** Where it listens. */
  readonly port: number;
  /** Where others reach it: the proxy's. */
  readonly gatewayPort: number;
}

/** The emulator of AWS in a process of its own, on loopback alone. */
export interface Emulator {
  readonly endpoint: string;
  /** What cloudtrail:ListPublicKeys answers. */
  setPublicKeys(keys: readonly PublicKey[]): Promise<void>;
  /** From now on this alarm can't be created; none without a name. */
  failAlarm(name?: string): Promise<void>;
  /** What the emulator and the functions in it have written. */
  log(): Promise<string>;
  stop(): Promise<void>;
}

const STARTS_WITHIN_MS = 60_000;

/** @throws Error if it doesn't answer in time; the message has the end of its log. */
export async function startEmulator({ folder, port, gatewayPort }: EmulatorOptions): Promise<Emulator> {
  await mkdir(folder, { recursive: true });
  const publicKeys = join(folder, 'public-keys.json');
  const failing = join(folder, 'failing-alarm');
  const logFile = join(folder, 'emulator.log');
  await writeFile(publicKeys, JSON.stringify({ PublicKeyList: [] }));
  await writeFile(failing, '');
  const output = await open(logFile, 'w');
  const python = join(await pythonEnvironment('emulator'), 'python3');
  const child = spawn(python, [join(import.meta.dirname, 'launch.py')], {
    stdio: ['ignore', output.fd, output.fd],
    env: {
      ...process.env,
      GATEWAY_PORT: String(gatewayPort),
      MINISTACK_HOST: '127.0.0.1',
      EMULATOR_PORT: String(port),
      EMULATOR_PUBLIC_KEYS: publicKeys,
      EMULATOR_FAILING: failing,
      EMULATOR_EARLY_CLOCK: pathToFileURL(join(import.meta.dirname, 'early-clock.mjs')).href,
      LAMBDA_EXECUTOR: 'local',
      LAMBDA_WARM_TTL_SECONDS: '60',
      LOG_LEVEL: 'INFO',
      PYTHONDONTWRITEBYTECODE: '1',
      TMPDIR: folder,
    },
  });
  await output.close();
  const endpoint = `http://127.0.0.1:${port}`;
  const log = () => readFile(logFile, 'utf8');
  const stop = () => end(child);
  try {
    await untilItAnswers(endpoint, child);
  } catch (error) {
    await stop();
    throw new Error(`The emulator does not start:\n${(await log()).slice(-3000)}`, { cause: error });
  }
  return {
    endpoint,
    log,
    stop,
    failAlarm: (name = '') => writeFile(failing, name),
    setPublicKeys: (keys) =>
      writeFile(
        publicKeys,
        JSON.stringify({
          PublicKeyList: keys.map(({ fingerprint, value }) => ({
            Fingerprint: fingerprint,
            Value: Buffer.from(value).toString('base64'),
            ValidityStartTime: 0,
            ValidityEndTime: 4_102_444_800,
          })),
        }),
      ),
  };
}

async function untilItAnswers(endpoint: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + STARTS_WITHIN_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    try {
      const { ok } = await fetch(`${endpoint}/_ministack/health`, { signal: AbortSignal.timeout(2000) });
      if (ok) return;
    } catch {
      // Not yet.
    }
    await sleep(200);
  }
  throw new Error(`no answer within ${STARTS_WITHIN_MS / 1000} s`);
}

/** Its functions are its children: they end when their standard input does. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
  await ended;
  clearTimeout(timer);
}
