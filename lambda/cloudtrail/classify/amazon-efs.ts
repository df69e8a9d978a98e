/**
 * The accounts from which Amazon EFS calls AWS KMS for encrypted file systems, after
 * "Amazon EFS Log File Entries for Encrypted-at-Rest File Systems" of the Amazon EFS User Guide.
 * The document gives 838331228873 for two regions: an event's awsRegion tells which.
 */
const AMAZON_EFS_ACCOUNTS: ReadonlySet<string> = new Set([
  '771736226457', // us-east-2
  '055650462987', // us-east-1
  '208867197265', // us-west-1
  '736298361104', // us-west-2
  '855919597013', // af-south-1
  '832882505983', // ap-east-1
  '063610658798', // ap-south-1
  '518632624599', // ap-northeast-2
  '448676862907', // ap-southeast-1
  '288718191711', // ap-southeast-2
  '620757817088', // ap-northeast-1
  '838331228873', // ca-central-1 and eu-west-2
  '365623262523', // cn-north-1
  '361049930386', // cn-northwest-1
  '992038834663', // eu-central-1
  '805538244694', // eu-west-1
  '393586363892', // eu-south-1
  '063566772258', // eu-west-3
  '030059730498', // eu-north-1
  '545970776878', // me-south-1
  '041656882570', // sa-east-1
  '167972735943', // us-gov-east-1
  '174619389399', // us-gov-west-1
]);

export function isAmazonEfsAccount(account: string | undefined): boolean {
  return account !== undefined && AMAZON_EFS_ACCOUNTS.has(account);
}
