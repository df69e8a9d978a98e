import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Clients } from '../../local/deployment/local-clients.ts';
import type { Resources } from '../../local/deployment/provision-resources.ts';
import type { RunResult } from './world.ts';

/** What a kind of trouble may change. */
export interface KindBed {
  readonly clients: Clients;
  readonly documents: DynamoDBDocumentClient;
  readonly tables: Resources['tables'];
  /** When the workload begins. */
  readonly start: Date;
  /** The account of the workload. */
  readonly account: string;
  /** The clock of the run. */
  readonly now: () => Date;
}

/** Trouble that is no fault of a call. A run with it must end like a run without it. */
export interface Kind {
  readonly name: string;
  /** Before anything is delivered. */
  readonly prepare?: (bed: KindBed) => Promise<void>;
  /** Before each call of AWS by a function, with its site. */
  readonly beforeCall?: (bed: KindBed, site: string) => Promise<void>;
  /** Whether the trouble happened: otherwise the run proves nothing. */
  readonly cameAbout: (result: RunResult) => boolean;
}
