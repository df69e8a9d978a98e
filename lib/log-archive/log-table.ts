import { Aws, Stack } from 'aws-cdk-lib';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { Construct } from 'constructs';
import { type LogBucket, logKeyPrefix } from './log-bucket.ts';

export interface LogTableProps {
  readonly deployment: string;
  readonly bucket: LogBucket;
  readonly keyPrefix: string;
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
 * The log bucket as a table for Athena. Partitions are projected from the keys (account, region, day), so there is
 * nothing to crawl and a query reads only the days that it names.
 */
export class LogTable extends Construct {
  constructor(scope: Construct, id: string, { deployment, bucket, keyPrefix }: LogTableProps) {
    super(scope, id);
    // Glue allows no hyphens in names that Athena is to read without quotes.
    const databaseName = deployment.replaceAll('-', '_');
    const database = new CfnDatabase(this, 'Database', {
      catalogId: Aws.ACCOUNT_ID,
      databaseInput: { name: databaseName, description: "CloudTrail's log objects as Trailwarden keeps them" },
    });
    const location = `s3://${bucket.bucketName}/${logKeyPrefix(keyPrefix)}`;
    const table = new CfnTable(this, 'Table', {
      catalogId: Aws.ACCOUNT_ID,
      databaseName,
      tableInput: {
        name: 'cloudtrail_logs',
        tableType: 'EXTERNAL_TABLE',
        partitionKeys: stringKeys(['account', 'region', 'day']),
        parameters: {
          EXTERNAL: 'TRUE',
          'projection.enabled': 'true',
          'projection.account.type': 'enum',
          'projection.account.values': Aws.ACCOUNT_ID,
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
    table.addResourceDependency(database);
  }
}

/** The regions of the partition that `region` is in; of the commercial one where the region is known at deploy time only. */
function regionsBeside(region: string): string[] {
  const { partition = 'aws' } = RegionInfo.get(region);
  return RegionInfo.regions.filter((info) => info.partition === partition).map(({ name }) => name);
}
