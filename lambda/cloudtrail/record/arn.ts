/** "Amazon Resource Names (ARNs)" of the AWS General Reference: `arn:partition:service:region:account:resource`. */
export interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly resource: string;
}

const ARN = /^arn:(aws[a-z0-9-]*):([^:\s]+):([^:\s]*):([^:\s]*):(\S.*)$/s;

export function parseArn(text: string): Arn | undefined {
  // Most texts are no ARN.
  if (!text.startsWith('arn:aws')) return undefined;
  const parts = ARN.exec(text);
  if (parts === null) return undefined;
  const [, partition = '', service = '', region = '', account = '', resource = ''] = parts;
  return { partition, service, region, account, resource };
}

/** The partition that a region belongs to. */
export function partitionOfRegion(region: string | undefined): string {
  if (region?.startsWith('cn-')) return 'aws-cn';
  if (region?.startsWith('us-gov-')) return 'aws-us-gov';
  if (region?.startsWith('eusc-')) return 'aws-eusc';
  return 'aws';
}
