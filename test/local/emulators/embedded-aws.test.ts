import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { endpointsSchema } from '../../../local/emulators/endpoints.ts';

const SERVE = join(import.meta.dirname, '../../../local/emulators/serve-embedded-aws.ts');

describe('the embedded AWS as a process', () => {
  let server: ChildProcess;
  afterEach(() => {
    server.kill('SIGKILL');
  });

  const start = async (environment: Record<string, string> = {}) => {
    server = spawn(process.execPath, [SERVE], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...environment },
    });
    if (server.stdout === null) throw new Error('The server has no output.');
    const [line] = await once(createInterface(server.stdout), 'line');
    return endpointsSchema.parse(JSON.parse(String(line)));
  };

  const answers = async (endpoint: string) => {
    try {
      await fetch(`${endpoint}/health`);
      return true;
    } catch {
      return false;
    }
  };

  const untilSilent = async (endpoint: string) => {
    const deadline = Date.now() + 5_000;
    while (Date.now() < deadline && (await answers(endpoint))) await delay(20);
    return !(await answers(endpoint));
  };

  test('listens on loopback alone', async () => {
    const endpoints = await start();
    for (const endpoint of Object.values(endpoints)) expect(endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/?$/);
    expect(await answers(endpoints.s3)).toBe(true);
    expect(await answers(endpoints.dynamodb)).toBe(true);
  });

  test('ends with everything it started when its input closes', async () => {
    const { s3, dynamodb } = await start();
    server.stdin?.end();
    const [code] = await once(server, 'exit');
    expect(code).toBe(0);
    expect(await untilSilent(s3)).toBe(true);
    expect(await untilSilent(dynamodb)).toBe(true);
  });

  test('leaves nothing running when it is killed', async () => {
    const { s3, dynamodb } = await start();
    server.kill('SIGKILL');
    expect(await untilSilent(s3)).toBe(true);
    expect(await untilSilent(dynamodb)).toBe(true);
  });

  test("uses the user's DynamoDB when there is one", async () => {
    const endpoints = await start({ AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:8000' });
    expect(endpoints.dynamodb).toBe('http://127.0.0.1:8000');
  });
});
