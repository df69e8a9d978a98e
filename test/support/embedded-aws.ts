import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type Clients, createClients } from '../../local/deployment/local-clients.ts';
import { type ProvisionOptions, provision, type Resources } from '../../local/deployment/provision-resources.ts';
import { type Endpoints, endpointsSchema } from '../../local/emulators/endpoints.ts';
import { ENDPOINTS_FILE_VARIABLE } from './embedded-aws-process.ts';

/** An embedded AWS for one test file: the emulators are shared, everything in them is its own. */
export interface EmbeddedAws {
  readonly endpoints: Endpoints;
  readonly clients: Clients;
  /** Buckets, topics, queues, tables, and the functions' environments for them. */
  readonly resources: Resources;
  /** Closes the clients' connections. What was made goes when jest ends. */
  stop(): Promise<void>;
}

const STARTUP_MILLISECONDS = 20_000;

/**
 * Waits for the emulators and provisions a deployment of a name that nobody else has. For `beforeAll`, with `stop()`
 * in `afterAll`. May be called several times, for several deployments.
 *
 * @param options `rulesFile` where the handlers under test read one, `visibilityTimeout` where messages must come back
 *   sooner than in 30 seconds
 */
export async function startEmbeddedAws(
  options: Partial<Omit<ProvisionOptions, 'deployment'>> = {},
): Promise<EmbeddedAws> {
  const endpoints = await readEndpoints();
  const clients = createClients(endpoints);
  const deployment = `test-${randomUUID().slice(0, 8)}`;
  const resources = await provision(clients, { rulesFile: 'rules.json', ...options, deployment });
  return {
    endpoints,
    clients,
    resources,
    stop: async () => clients.destroy(),
  };
}

async function readEndpoints(): Promise<Endpoints> {
  const file = process.env[ENDPOINTS_FILE_VARIABLE];
  if (file === undefined) throw new Error("jest's global set-up hasn't run: it starts the embedded AWS.");
  const deadline = Date.now() + STARTUP_MILLISECONDS;
  while (Date.now() < deadline) {
    const line = await readFile(file, 'utf8');
    // The line is there once its end is.
    if (line.endsWith('\n')) return endpointsSchema.parse(JSON.parse(line));
    await delay(20);
  }
  throw new Error(`The embedded AWS didn't start within ${STARTUP_MILLISECONDS / 1000} seconds; see above for why.`);
}
