import type { GridService } from './grid-services.ts';

/** Services that compute, keep data, and carry it. */
export const WORKLOADS: readonly GridService[] = [
  {
    name: 'Elastic Load Balancing',
    sources: ['elasticloadbalancing'],
    reasons: {
      'harm.persist': 'A rule that sends requests elsewhere is in the rule on changes.',
      'harm.take': 'It keeps no data.',
      'harm.spend': 'What stands behind it costs.',
    },
  },
  { name: 'Amazon EC2, EBS and VPC', sources: ['ec2', 'ebs'] },
  {
    name: 'EC2 Instance Connect',
    sources: ['ec2-instance-connect'],
    reasons: {
      'harm.expose': 'A key opens one instance for a minute: it persists by what is done there.',
      'harm.destroy': 'It deletes nothing.',
      'harm.disarm': 'It guards nothing.',
      'harm.take': 'What is done on the instance no call tells.',
      'harm.spend': 'It is free.',
    },
  },
  {
    name: 'EC2 Auto Scaling',
    sources: ['autoscaling'],
    reasons: {
      'harm.expose': 'What it starts belongs to Amazon EC2.',
      'harm.destroy': 'Ending instances is Amazon EC2’s.',
      'harm.disarm': 'It guards nothing.',
      'harm.take': 'It holds no data.',
    },
  },
  {
    name: 'AWS Lambda',
    sources: ['lambda'],
    reasons: { 'harm.spend': 'Functions that call themselves are stopped by AWS.' },
  },
  {
    name: 'Amazon ECS',
    sources: ['ecs'],
    reasons: {
      'harm.expose': 'What is reached from outside is the load balancer’s and the security group’s.',
      'harm.disarm': 'Logs of containers are CloudWatch Logs’.',
    },
  },
  { name: 'Amazon ECR', sources: ['ecr', 'ecr-public'], reasons: { 'harm.spend': 'Images cost little to keep.' } },
  {
    name: 'Amazon EKS',
    sources: ['eks'],
    reasons: { 'harm.take': 'What is read in a cluster its own audit log tells.' },
  },
  {
    name: 'Systems Manager',
    sources: ['ssm'],
    reasons: { 'harm.spend': 'Commands are free; what they start costs elsewhere.' },
  },
  {
    name: 'Amazon S3',
    sources: ['s3'],
    reasons: { 'harm.spend': 'Storage of others is seen in the costs long before it hurts.' },
  },
  {
    name: 'S3 Glacier',
    sources: ['glacier'],
    reasons: {
      'harm.disarm': 'Aborting a lock destroys: the rule tells both.',
      'harm.persist': 'It gives no access.',
      'harm.spend': 'Retrieval is told by the rule on archives.',
    },
  },
  {
    name: 'AWS Backup',
    sources: ['backup'],
    reasons: {
      'harm.persist': 'It gives no access but to copies, which are taken out.',
      'harm.spend': 'Copies cost what their storage costs.',
    },
  },
  {
    name: 'Amazon EFS',
    sources: ['elasticfilesystem'],
    reasons: { 'harm.persist': 'Access by networks is exposure.', 'harm.spend': 'Files cost little.' },
  },
  {
    name: 'Amazon FSx',
    sources: ['fsx'],
    reasons: {
      'harm.expose': 'Who reaches it the security group says.',
      'harm.disarm': 'Its logs are CloudWatch Logs’.',
      'harm.persist': 'Its users are those of a directory.',
      'harm.spend': 'File systems are seldom made by intruders.',
    },
  },
  { name: 'Amazon RDS, Aurora, DocumentDB and Neptune', sources: ['rds'] },
  { name: 'Amazon DynamoDB', sources: ['dynamodb'], reasons: { 'harm.persist': 'A policy of a table is exposure.' } },
  {
    name: 'Amazon Redshift',
    sources: ['redshift', 'redshift-serverless'],
    reasons: { 'harm.persist': 'Users of a warehouse are made by SQL, which CloudTrail does not have.' },
  },
  {
    name: 'ElastiCache and MemoryDB',
    sources: ['elasticache', 'memorydb'],
    reasons: { 'harm.disarm': 'Their logs are CloudWatch Logs’.' },
  },
  {
    name: 'Amazon OpenSearch Service',
    sources: ['es', 'aoss'],
    reasons: { 'harm.persist': 'Users of a domain are its own; its policy is exposure.' },
  },
  {
    name: 'AWS KMS',
    sources: ['kms'],
    reasons: {
      'harm.take': 'Decryption is told by the service that holds the data.',
      'harm.spend': 'Keys cost little.',
    },
  },
  {
    name: 'Secrets Manager',
    sources: ['secretsmanager'],
    reasons: {
      'harm.disarm': 'Rotation that is switched off is in the rule on changes.',
      'harm.spend': 'Secrets cost little.',
    },
  },
  {
    name: 'ACM and AWS Private CA',
    sources: ['acm', 'acm-pca'],
    reasons: { 'harm.disarm': 'Revoking is in the rule on changes; nothing else guards.' },
  },
  { name: 'Amazon SNS', sources: ['sns'] },
  {
    name: 'Amazon SQS',
    sources: ['sqs'],
    reasons: { 'harm.persist': 'A policy of a queue is exposure.', 'harm.spend': 'Messages cost little.' },
  },
  { name: 'Amazon SES', sources: ['ses', 'email'] },
  {
    name: 'Route 53',
    sources: ['route53', 'route53domains'],
    reasons: { 'harm.take': 'Records are public by their nature.' },
  },
  {
    name: 'CloudFront',
    sources: ['cloudfront'],
    reasons: {
      'harm.expose': 'What a distribution shows its origin decides, mostly Amazon S3.',
      'harm.destroy': 'A distribution can be made again from code; its deletion is in the rule on changes.',
      'harm.spend': 'Traffic that visitors cause no call tells.',
    },
  },
  {
    name: 'API Gateway and AppSync',
    sources: ['apigateway', 'appsync'],
    reasons: { 'harm.take': 'What an API gives its logs tell.', 'harm.spend': 'Requests no call tells.' },
  },
  {
    name: 'CloudFormation',
    sources: ['cloudformation'],
    reasons: {
      'harm.expose': 'What a stack exposes the other service’s rules tell.',
      'harm.take': 'Templates hold no data; what a stack reads the other service’s rules tell.',
    },
  },
  { name: 'CodeBuild, CodePipeline and CodeCommit', sources: ['codebuild', 'codepipeline', 'codecommit'] },
  {
    name: 'Amazon Cognito',
    sources: ['cognito-idp', 'cognito-identity'],
    reasons: { 'harm.spend': 'Users cost little; text messages are Amazon SNS’s.' },
  },
  { name: 'AWS Glue', sources: ['glue'], reasons: { 'harm.disarm': 'It guards nothing but by Lake Formation.' } },
  {
    name: 'Lake Formation and Athena',
    sources: ['lakeformation', 'athena'],
    reasons: { 'harm.spend': 'Queries cost by the bytes they read, which no call tells.' },
  },
  { name: 'Kinesis and Firehose', sources: ['kinesis', 'firehose'] },
  { name: 'MSK, DMS and EMR', sources: ['kafka', 'dms', 'elasticmapreduce'] },
  {
    name: 'Transfer Family and DataSync',
    sources: ['transfer', 'datasync'],
    reasons: { 'harm.disarm': 'Their logs are CloudWatch Logs’.', 'harm.spend': 'A server costs little.' },
  },
  { name: 'Amazon SageMaker AI', sources: ['sagemaker'], reasons: { 'harm.disarm': 'Its logs are CloudWatch Logs’.' } },
  { name: 'Amazon Bedrock', sources: ['bedrock', 'bedrock-agentcore'] },
  {
    name: 'Amplify and App Runner',
    sources: ['amplify', 'apprunner'],
    reasons: { 'harm.disarm': 'They guard nothing.', 'harm.take': 'What an application gives its own logs tell.' },
  },
  { name: 'Amazon Lightsail', sources: ['lightsail'] },
  { name: 'WorkSpaces, AppStream and directories', sources: ['workspaces', 'appstream', 'ds'] },
];
