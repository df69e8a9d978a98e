import { BatchExecuteStatementCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Gathered } from './gathered.ts';

type Attributes = Readonly<Record<string, unknown>>;

/** BatchExecuteStatement's bound. */
const STATEMENTS = 25;

/** Attribute names that need no escaping in a statement. */
const PLAIN_NAME = /^\w+$/;

/**
 * Puts rows that aren't there yet. Those that are asked for at the same time go in one call, which takes as many write units
 * as a PutItem of each ("PartiQL insert statements for DynamoDB": an INSERT never replaces a row). No value is ever part of a
 * statement's text.
 */
export class NewRows {
  readonly #gathered: Gathered<Attributes, true>;

  /** @param key attributes of the table's key, which are texts. */
  constructor(client: DynamoDBDocumentClient, table: string, key: readonly string[]) {
    this.#gathered = new Gathered({
      most: STATEMENTS,
      nameOf: (row) => key.map((name) => String(row[name])).join('\n'),
      send: async (rows) => {
        const { Responses = [] } = await client.send(
          new BatchExecuteStatementCommand({ Statements: rows.map((row) => statementOf(table, row)) }),
        );
        return rows.map((_, place) => (Responses[place]?.Error === undefined && Responses[place] ? true : undefined));
      },
    });
  }

  /**
   * @returns whether the row was put. If not, it may be there already, or something else may stand in the way: a PutItem with
   *   a condition tells.
   */
  async put(row: Attributes): Promise<boolean> {
    if (!Object.keys(row).every((name) => PLAIN_NAME.test(name))) return false;
    return (await this.#gathered.ask(row)) === true;
  }
}

function statementOf(table: string, row: Attributes): { Statement: string; Parameters: unknown[] } {
  const attributes = Object.entries(row).filter(([, value]) => value !== undefined);
  const members = attributes.map(([name]) => `'${name}': ?`).join(', ');
  return {
    Statement: `INSERT INTO "${table}" VALUE {${members}}`,
    Parameters: attributes.map(([, value]) => value),
  };
}
