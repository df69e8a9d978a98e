import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, Capacity, ProjectionType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { type IndexSchema, TABLES, type TableName, type TableSchema, tableName } from '../../lambda/store/schema.ts';
import type { DeploymentConfig } from '../config/config.ts';

export interface AuditTablesProps {
  readonly deployment: string;
  readonly key: IKey;
  readonly billing: Pick<DeploymentConfig, 'billing' | 'provisioned'>;
  /** Those that the events table has. */
  readonly eventIndexes: DeploymentConfig['index']['enabled'];
}

/** The tables of lambda/store/schema.ts: nothing of keys, indexes and names is written here. */
export class AuditTables extends Construct {
  readonly tables: Readonly<Record<TableName, TableV2>>;

  constructor(scope: Construct, id: string, { deployment, key, billing, eventIndexes }: AuditTablesProps) {
    super(scope, id);
    const enabled: ReadonlySet<string> = new Set(eventIndexes);
    const table = (name: TableName): TableV2 => {
      const schema: TableSchema = TABLES[name];
      const isEvents = name === 'events';
      return new TableV2(this, name, {
        tableName: tableName(deployment, name),
        partitionKey: text(schema.partitionKey),
        ...(schema.sortKey === undefined ? {} : { sortKey: text(schema.sortKey) }),
        globalSecondaryIndexes: schema.indexes.filter((index) => !isEvents || enabled.has(index.name)).map(asProps),
        ...(schema.timeToLiveAttribute === undefined ? {} : { timeToLiveAttribute: schema.timeToLiveAttribute }),
        // Only rows of events come steadily enough for capacity that is paid by the hour; the other tables are cheaper
        // by the request at any size.
        billing: isEvents ? billingOf(billing) : Billing.onDemand(),
        encryption: TableEncryptionV2.customerManagedKey(key),
        // Segments can be made again from the log objects.
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: name !== 'segments' },
        // No deletionProtection: it would block the rollback of a first deploy. `trailwarden protect` sets it afterwards.
        removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      });
    };
    this.tables = {
      events: table('events'),
      segments: table('segments'),
      findings: table('findings'),
      alerts: table('alerts'),
      suppressions: table('suppressions'),
      ledger: table('ledger'),
      correlations: table('correlations'),
    };
  }
}

const text = (name: string) => ({ name, type: AttributeType.STRING });

/** Without a projection type, TableV2 projects every attribute. */
const asProps = ({ name, partitionKey, sortKey, attributes }: IndexSchema) => ({
  indexName: name,
  partitionKey: text(partitionKey),
  sortKey: text(sortKey),
  ...(attributes !== undefined && { projectionType: ProjectionType.INCLUDE, nonKeyAttributes: [...attributes] }),
});

function billingOf({ billing, provisioned: { read, write } }: AuditTablesProps['billing']): Billing {
  if (billing === 'on-demand') {
    return Billing.onDemand();
  }
  return Billing.provisioned({
    readCapacity: Capacity.autoscaled({ minCapacity: read.min, maxCapacity: read.max }),
    writeCapacity: Capacity.autoscaled({ minCapacity: write.min, maxCapacity: write.max }),
  });
}
