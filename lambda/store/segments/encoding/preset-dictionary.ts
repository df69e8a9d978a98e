/**
 * What pages of a few events are made of, by the code of the codec: the most frequent last, where deflate finds it with
 * the shortest distances. Never changed: items that were packed with it need it as it is. A better one is a new codec.
 */
export const PRESET_DICTIONARY: Buffer = Buffer.from(
  [
    // User agents, errors and addresses.
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/ Safari/537.36 Macintosh; Intel Mac OS X 10_15_7',
    'aws-sdk-java/2. OpenJDK_64-Bit_Server_VM Java/17.0. vendor/Amazon.com_Inc. aws-sdk-nodejs/ aws-sdk-js/3. lang/js md/nodejs#',
    'APN/1.0 HashiCorp/1.0 Terraform/1. (+https://www.terraform.io) terraform-provider-aws/5. aws-sdk-go-v2/1. aws-sdk-go/1.4',
    'Boto3/1.3 md/Botocore#1.3 ua/2.0 os/linux#6.1. os/macos# md/arch#x86_64 md/arch#arm64 lang/python#3.1 md/pyimpl#CPython cfg/retry-mode#legacy Botocore/1.3',
    'aws-cli/2. md/awscrt# Python/3.1 Linux/6.1 exe/x86_64.amzn.2023 exe/x86_64.ubuntu prompt/off command/ec2.describe-instances md/prompt#off md/command#',
    'os/linux lang/go#1.2 md/GOOS#linux md/GOARCH#amd64 api/ec2#1. api/sts# exec-env/AWS_Lambda_nodejs exec-env/AWS_ECS_FARGATE signin.amazonaws.com console.amazonaws.com AWS Internal',
    'ThrottlingException NoSuchEntityException ResourceNotFoundException The specified log group does not exist. ValidationException NoSuchBucketPolicy The bucket policy does not exist Client.UnauthorizedOperation You are not authorized to perform this operation. AccessDeniedException',
    'AccessDenied User: arn:aws:sts:: is not authorized to perform: on resource: because no identity-based policy allows the action Failed authentication',
    // Regions.
    'ap-southeast-2ap-southeast-1ap-northeast-1ap-south-1sa-east-1ca-central-1eu-north-1eu-west-3eu-west-2us-west-1us-east-2eu-central-1us-west-2eu-west-1us-east-1',
    // Services, their calls, and both as actions.
    'sso.amazonaws.com organizations.amazonaws.com guardduty.amazonaws.com config.amazonaws.com:PutEvaluations cloudformation.amazonaws.com:DescribeStacks eks.amazonaws.com:DescribeCluster fsx.amazonaws.com elasticfilesystem.amazonaws.com:DescribeMountTargets DescribeFileSystems CreateMountTarget NewClientConnection appmesh.amazonaws.com',
    'rds.amazonaws.com:DescribeDBInstances elasticloadbalancing.amazonaws.com:DescribeTargetHealth DescribeLoadBalancers autoscaling.amazonaws.com:DescribeAutoScalingGroups monitoring.amazonaws.com:DescribeAlarms cloudtrail.amazonaws.com:LookupEvents DescribeTrails GetTrailStatus',
    'ecr.amazonaws.com:BatchGetImage GetAuthorizationToken GetDownloadUrlForLayer dynamodb.amazonaws.com:DescribeTable secretsmanager.amazonaws.com:GetSecretValue lambda.amazonaws.com:Invoke UpdateFunctionCode20150331v2 ListFunctions20150331 GetFunction20150331v2',
    'ssm.amazonaws.com:UpdateInstanceInformation GetParameter GetParameters sns.amazonaws.com:Publish sqs.amazonaws.com events.amazonaws.com logs.amazonaws.com:CreateLogStream CreateLogGroup DescribeLogGroups DescribeLogStreams health.amazonaws.com',
    'iam.amazonaws.com:GetRole ListRoles GetUser ListUsers ListAttachedRolePolicies ListRolePolicies GetPolicyVersion CreateRole DeleteRole AttachRolePolicy PutRolePolicy CreateAccessKey signin.amazonaws.com:ConsoleLogin',
    's3.amazonaws.com:GetObject PutObject HeadObject ListObjects ListBuckets GetBucketAcl GetBucketLocation GetBucketPolicy GetBucketEncryption PutBucketPolicy',
    'ec2.amazonaws.com:DescribeInstances DescribeVolumes DescribeTags DescribeNetworkInterfaces DescribeSecurityGroups DescribeSubnets DescribeVpcs RunInstances TerminateInstances CreateTags',
    'kms.amazonaws.com:Decrypt GenerateDataKey Encrypt DescribeKey CreateGrant sts.amazonaws.com:AssumeRole AssumeRoleWithWebIdentity GetCallerIdentity',
    // Names of resources and actors.
    'arn:aws:dynamodb:arn:aws:logs:arn:aws:lambda:arn:aws:kms:us-east-1::key/arn:aws:ec2:us-east-1::instance/i-0arn:aws:s3:::arn:aws:iam::aws:policy/:user/:root:role/aws-service-role/.amazonaws.com/AWSServiceRoleForarn:aws:iam::111122223333:role/AWSReservedSSO_AdministratorAccess_',
    // The words of a classification, as they stand in their columns.
    'permissions-management tagging web-identity saml identity-center federated-user service-linked-role aws-account unknown insight network-activity root iam-user AKIA long-term none denied error service assumed-role write list read data',
    'ASIA temporary false success management true',
    // Where an event came from.
    'aws-controltower-logs--aws-cloudtrail-logs-organization-trail AWSLogs/o-.json.gz_CloudTrail_us-east-1_20261120T0005Z_AWSLogs//CloudTrail/us-east-1/2026/11/',
  ].join('\n'),
);
