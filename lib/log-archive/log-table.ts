import { Aws, Stack } from 'aws-cdk-lib';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { Construct } from 'constructs';
import { sourceKeyPrefix } from '../../lambda/sources/log-source.ts';
import type { DeploymentConfig } from '../config/config.ts';
import { existingSources, newTrail } from '../config/existing-sources.ts';
import type { Source } from '../config/source-settings.ts';
import { type LogBucket, logKeyPrefix } from './log-bucket.ts';

export interface LogTablesProps {
  readonly deployment: string;
  readonly tables: readonly LogTable[];
}

/** The files of one bucket. */
interface LogTable {
  readonly id: string;
  readonly name: string;
  /** Where the accounts' folders begin: `s3://BUCKET/…AWSLogs/`, or the folder of an organization in it. */
  readonly location: string;
  /** The accounts, where they are known; otherwise a query must name each that it asks for. */
  readonly accounts?: readonly string[];
}

/** A table for the log bucket, where the deployment makes a trail, and one for each other source. */
export function tablesOf(config: DeploymentConfig, bucket: LogBucket | undefined): readonly LogTable[] {
  const trail = newTrail(config);
  const own =
    bucket === undefined || trail === undefined
      ? []
      : [
          {
            id: 'Table',
            name: 'cloudtrail_logs',
            location: `s3://${bucket.bucketName}/${logKeyPrefix(config.trail.keyPrefix)}${folderOf(trail)}`,
            ...(trail.type === 'trail' && { accounts: [Aws.ACCOUNT_ID] }),
          },
        ];
  const others = existingSources(config).map((source) => ({
    id: `Table-${source.name}`,
    name: `cloudtrail_logs_${source.name.replaceAll('-', '_')}`,
    location: `s3://${source.bucket}/${sourceKeyPrefix(source)}${folderOf(source)}`,
  }));
  return [...own, ...others];
}

/** The folder of an organization below `AWSLogs/`. */
function folderOf(source: Source): string {
  const organizationId = source.type === 'trail' ? undefined : source.organizationId;
  return organizationId === undefined ? '' : `${organizationId}/`;
}

/** A record's fields as "CloudTrail record contents" has them; what has no fixed shape is read as JSON text. */
const COLUMNS = {
  eventversion: 'string',
  useridentity:
    'struct<type:string,principalid:string,arn:string,accountid:string,invokedby:string,accesskeyid:string,' +
    'username:string,onbehalfof:struct<userid:string,identitystorearn:string>,' +
    'sessioncontext:struct<attributes:struct<mfaauthenticated:string,creationdate:string>,' +
    'sessionissuer:struct<type:string,principalid:string,arn:string,accountid:string,username:string>,' +
    'ec2roledelivery:string,webidfederationdata:struct<federatedprovider:string,attributes:map<string,string>>>>',
  eventtime: 'string',
  eventsource: 'string',
  eventname: 'string',
  awsregion: 'string',
  sourceipaddress: 'string',
  useragent: 'string',
  errorcode: 'string',
  errormessage: 'string',
  requestparameters: 'string',
  responseelements: 'string',
  additionaleventdata: 'string',
  requestid: 'string',
  eventid: 'string',
  readonly: 'string',
  resources: 'array<struct<arn:string,accountid:string,type:string>>',
  eventtype: 'string',
  apiversion: 'string',
  recipientaccountid: 'string',
  serviceeventdetails: 'string',
  sharedeventid: 'string',
  vpcendpointid: 'string',
  vpcendpointaccountid: 'string',
  eventcategory: 'string',
  sessioncredentialfromconsole: 'string',
  tlsdetails: 'struct<tlsversion:string,ciphersuite:string,clientprovidedhostheader:string>',
};

const stringKeys = (names: readonly string[]) => names.map((name) => ({ name, type: 'string' }));

/**
 * Log buckets as tables for Athena. Partitions are projected from the keys (account, region, day), so there is
 * nothing to crawl and a query reads only the days that it names.
 */
export class LogTables extends Construct {
  constructor(scope: Construct, id: string, { deployment, tables }: LogTablesProps) {
    super(scope, id);
    // Glue allows no hyphens in names that Athena is to read without quotes.
    const databaseName = deployment.replaceAll('-', '_');
    const database = new CfnDatabase(this, 'Database', {
      catalogId: Aws.ACCOUNT_ID,
      databaseInput: { name: databaseName, description: "CloudTrail's log objects as Trailwarden keeps them" },
    });
    for (const table of tables) this.addTable(databaseName, table).addResourceDependency(database);
  }

  private addTable(databaseName: string, { id, name, location, accounts }: LogTable): CfnTable {
    return new CfnTable(this, id, {
      catalogId: Aws.ACCOUNT_ID,
      databaseName,
      tableInput: {
        name,
        tableType: 'EXTERNAL_TABLE',
        partitionKeys: stringKeys(['account', 'region', 'day']),
        parameters: {
          EXTERNAL: 'TRUE',
          'projection.enabled': 'true',
          ...(accounts === undefined
            ? { 'projection.account.type': 'injected' }
            : { 'projection.account.type': 'enum', 'projection.account.values': accounts.join(',') }),
          'projection.region.type': 'enum',
          'projection.region.values': regionsBeside(Stack.of(this).region).join(','),
          'projection.day.type': 'date',
          'projection.day.format': 'yyyy/MM/dd',
          'projection.day.interval': '1',
          'projection.day.interval.unit': 'DAYS',
          'projection.day.range': '2013/11/01,NOW',
          // biome-ignore lint/suspicious/noTemplateCurlyInString: Athena fills these in, partition by partition.
          'storage.location.template': `${location}${'${account}/CloudTrail/${region}/${day}'}`,
        },
        storageDescriptor: {
          location,
          columns: Object.entries(COLUMNS).map(([name, type]) => ({ name, type })),
          inputFormat: 'com.amazon.emr.cloudtrail.CloudTrailInputFormat',
          outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
          serdeInfo: { serializationLibrary: 'org.apache.hive.hcatalog.data.JsonSerDe' },
        },
      },
    });
  }
}

/** The regions of the partition that `region` is in; of the commercial one where the region is known at deploy time only. */
function regionsBeside(region: string): string[] {
  const { partition = 'aws' } = RegionInfo.get(region);
  return RegionInfo.regions.filter((info) => info.partition === partition).map(({ name }) => name);
}
