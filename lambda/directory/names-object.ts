import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { joinedNames, type Names, namesSchema } from './names.ts';

/** Where in the work bucket the names are. */
export const NAMES_KEY = 'names/names.json';

const NAMES_VERSION = 1;

/** Where names come from: each is fetched, and fails, by itself. */
export const NAME_ORIGINS = ['organizations', 'identityCenter'] as const;
export type NameOrigin = (typeof NAME_ORIGINS)[number];

const fetchedSchema = z.object({
  /** When all of it had been fetched, ISO 8601. */
  at: z.string(),
  names: namesSchema,
});

const objectSchema = z.object({
  version: z.literal(NAMES_VERSION),
  organizations: fetchedSchema.optional(),
  identityCenter: fetchedSchema.optional(),
});

/** What was fetched of each origin, and when. */
export type FetchedNames = Omit<z.infer<typeof objectSchema>, 'version'>;

/** All names that were fetched, wherever they come from. */
export function namesOf({ organizations, identityCenter }: FetchedNames): Names {
  return joinedNames(...[organizations, identityCenter].flatMap((fetched) => fetched?.names ?? []));
}

/** The object in which sweep keeps what it has fetched: one writer, and readers that take it as it is. */
export class NamesObject {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  /**
   * Nothing where nothing was fetched yet.
   * @throws ZodError for an object of another version, or none of ours; the SDK's errors.
   */
  async read(): Promise<FetchedNames> {
    try {
      const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: NAMES_KEY }));
      return objectSchema.parse(JSON.parse((await Body?.transformToString('utf8')) ?? ''));
    } catch (error) {
      if (error instanceof Error && error.name === 'NoSuchKey') return {};
      throw error;
    }
  }

  async write(fetched: FetchedNames): Promise<void> {
    const Body = JSON.stringify({ ...fetched, version: NAMES_VERSION });
    const ContentType = 'application/json';
    await this.#client.send(new PutObjectCommand({ Bucket: this.#bucket, Key: NAMES_KEY, Body, ContentType }));
  }
}
