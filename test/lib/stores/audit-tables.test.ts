import { DEFAULT_EVENT_INDEXES, TABLES, type TableName, type TableSchema } from '../../../lambda/store/schema.ts';
import { synthesize } from '../support/deployment.ts';
import { readable, resources } from '../support/template.ts';

const tableOf = (template: ReturnType<typeof synthesize>['data'], name: TableName) =>
  resources(template, 'AWS::DynamoDB::GlobalTable')[`Tables${name}`];

const keys = (partition: string, sort?: string) => [
  { AttributeName: partition, KeyType: 'HASH' },
  ...(sort === undefined ? [] : [{ AttributeName: sort, KeyType: 'RANGE' }]),
];

describe('the tables', () => {
  const { data } = synthesize();

  test('are those of the schema, and no other', () => {
    expect(Object.keys(resources(data, 'AWS::DynamoDB::GlobalTable'))).toEqual([
      'Tablesevents',
      'Tablessegments',
      'Tablesfindings',
      'Tablesalerts',
      'Tablessuppressions',
      'Tablesledger',
      'Tablescorrelations',
    ]);
  });

  test('have the keys of the events table as an operator types them', () => {
    expect(tableOf(data, 'events')).toMatchObject({
      TableName: 'trailwarden-events',
      KeySchema: keys('eventID', 'part'),
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
  });

  // Object.keys loses the names' type.
  test.each(Object.keys(TABLES) as TableName[])('have the keys, indexes and protections of %s', (name) => {
    const schema: TableSchema = TABLES[name];
    const isOn = (index: string) => name !== 'events' || ['by-actor', 'by-resource', 'by-day'].includes(index);
    const indexes = schema.indexes.filter((index) => isOn(index.name));
    const table = tableOf(data, name);
    expect(table).toMatchObject({
      TableName: `trailwarden-${name}`,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: keys(schema.partitionKey, schema.sortKey),
      ...(indexes.length > 0 && {
        GlobalSecondaryIndexes: indexes.map((index) => ({
          IndexName: index.name,
          KeySchema: keys(index.partitionKey, index.sortKey),
          Projection:
            index.attributes === undefined
              ? { ProjectionType: 'ALL' }
              : { ProjectionType: 'INCLUDE', NonKeyAttributes: index.attributes },
        })),
      }),
      ...(schema.timeToLiveAttribute !== undefined && {
        TimeToLiveSpecification: { AttributeName: schema.timeToLiveAttribute, Enabled: true },
      }),
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
      Replicas: [
        {
          Region: 'eu-central-1',
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: name !== 'segments' },
          SSESpecification: { KMSMasterKeyId: '<Key.Arn>' },
        },
      ],
    });
    const attributes = [schema, ...indexes].flatMap(({ partitionKey, sortKey }) => [partitionKey, sortKey]);
    const declared = new Set(attributes.filter((attribute) => attribute !== undefined));
    expect(table?.AttributeDefinitions).toEqual(
      [...declared].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    );
  });

  test('hold in the index of the ledger what is asked of many objects, and of every other index the whole row', () => {
    const withAttributes = Object.values<TableSchema>(TABLES).flatMap(({ indexes }) =>
      indexes.filter(({ attributes }) => attributes !== undefined),
    );
    expect(withAttributes).toEqual([
      {
        name: 'by-account-region-day',
        partitionKey: 'accountRegionDay',
        sortKey: 'deliveredAt',
        attributes: expect.arrayContaining(['status', 'records', 'rejected', 'lastError', 'digestStatus']),
      },
    ]);
    const heldByTheTable = ['sha256', 'rejections', 'quarantine', 'attempts', 'unfinished', 'digest', 'readAt'];
    for (const attribute of heldByTheTable) expect(withAttributes[0]?.attributes).not.toContain(attribute);
  });

  test('stay when the stack goes', () => {
    data.allResources('AWS::DynamoDB::GlobalTable', {
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
  });
});

describe('other settings of the tables', () => {
  test('give the events the indexes that are named, and synth says how to deploy that', () => {
    const { data, auditStack } = synthesize('index: { enabled: [by-address, by-error] }');
    const indexes = tableOf(data, 'events')?.GlobalSecondaryIndexes;
    expect(indexes).toEqual(['by-address', 'by-error'].map((IndexName) => expect.objectContaining({ IndexName })));
    expect(tableOf(data, 'findings')?.GlobalSecondaryIndexes).toHaveLength(TABLES.findings.indexes.length);
    expect(auditStack.node.metadata.map(({ data }) => readable(data))).toContainEqual(
      expect.stringContaining(
        'Indexes of the events table: by-address, by-error. CloudFormation creates or deletes one index an update',
      ),
    );
  });

  test('provision the events, whose load is steady, and no other table', () => {
    const { data } = synthesize('{ billing: provisioned, provisioned: { write: { min: 20, max: 200 } } }');
    const scaled = (kind: 'Read' | 'Write', MinCapacity: number, MaxCapacity: number) => ({
      [`${kind}CapacityAutoScalingSettings`]: expect.objectContaining({ MinCapacity, MaxCapacity }),
    });
    expect(tableOf(data, 'events')).toMatchObject({
      BillingMode: 'PROVISIONED',
      WriteProvisionedThroughputSettings: scaled('Write', 20, 200),
      GlobalSecondaryIndexes: DEFAULT_EVENT_INDEXES.map(() => ({
        WriteProvisionedThroughputSettings: scaled('Write', 20, 200),
      })),
      Replicas: [{ ReadProvisionedThroughputSettings: scaled('Read', 5, 500) }],
    });
    for (const name of ['findings', 'alerts', 'ledger', 'correlations'] as const) {
      expect(tableOf(data, name)).toMatchObject({ BillingMode: 'PAY_PER_REQUEST' });
    }
  });
});
