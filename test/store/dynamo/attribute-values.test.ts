import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as fc from 'fast-check';
import { attributesOf } from '../../../lambda/store/dynamo/attribute-values.ts';

/** What the document client makes of a row, taken where it would go to the network. */
async function ofDocumentClient(row: object): Promise<unknown> {
  let sent: unknown;
  const client = new DynamoDBClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 's' },
    requestHandler: {
      handle: async ({ body }: { readonly body: Uint8Array }) => {
        sent = JSON.parse(new TextDecoder().decode(body)).Item;
        return { response: { statusCode: 200, headers: {}, body: Buffer.from('{}') } };
      },
    },
  });
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  await documents.send(new PutCommand({ TableName: 't', Item: { ...row } }));
  return sent;
}

/** Names are the code's own: no record gives one to a row. */
const name = fc.string({ minLength: 1 }).filter((text) => text !== '__proto__');

const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'grapheme' }),
    fc.integer(),
    fc.boolean(),
    fc.constantFrom(null, undefined, '', 0.1),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3 }),
  ),
})).value;

test('a row has the attribute values that the document client gives it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.dictionary(name, value, { maxKeys: 6 }), async (row) => {
      expect(attributesOf(row)).toEqual(await ofDocumentClient(row));
    }),
  );
});
