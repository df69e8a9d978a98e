import { BatchGetCommand, type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { Gathered } from './gathered.ts';

type Attributes = Readonly<Record<string, unknown>>;

/** BatchGetItem's bound. */
const ITEMS = 100;

/** What a call that reads several rows says of one of them. */
interface Answer {
  readonly row: Attributes | undefined;
}

/** Reads rows of a table consistently by their keys: those that are asked for at the same time in one call. */
export class ConsistentRows<Key extends object> {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #gathered: Gathered<Key, Answer>;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
    this.#gathered = new Gathered({
      most: ITEMS,
      nameOf: (key) => JSON.stringify(Object.entries(key).sort()),
      send: (keys) => this.#together(keys),
    });
  }

  /** @returns undefined if there is no such row. @throws the SDK's errors. */
  async get(key: Key): Promise<Attributes | undefined> {
    const answer = await this.#gathered.ask(key);
    if (answer !== undefined) return answer.row;
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: { ...key }, ConsistentRead: true }),
    );
    return Item;
  }

  /** Keys that a throttled table left out are asked for again, one by one. */
  async #together(keys: readonly Key[]): Promise<readonly (Answer | undefined)[]> {
    const { Responses, UnprocessedKeys } = await this.#client.send(
      new BatchGetCommand({
        RequestItems: { [this.#table]: { Keys: keys.map((key) => ({ ...key })), ConsistentRead: true } },
      }),
    );
    const rows = Responses?.[this.#table] ?? [];
    const left = UnprocessedKeys?.[this.#table]?.Keys ?? [];
    return keys.map((key) => {
      const isOf = (row: Attributes): boolean => Object.entries(key).every(([name, text]) => row[name] === text);
      return left.some(isOf) ? undefined : { row: rows.find(isOf) };
    });
  }
}
