/**
 * Services that write to CloudTrail, as eventSource names them before `.amazonaws.com`. The list is never whole: what
 * isn't in it is worth a warning, no more.
 */
export const KNOWN_SERVICES: readonly string[] = `
a4b access-analyzer account acm acm-pca agreement-marketplace aiops airflow amplify amplifybackend aoss apigateway
app-integrations appconfig appfabric appflow application-autoscaling application-insights application-signals
applicationinsights appmesh apprunner appstream appstream2 appsync aps arc-zonal-shift artifact athena auditmanager
autoscaling autoscaling-plans aws-marketplace b2bi backup backup-gateway backupsearch batch bcm-data-exports bedrock
bedrock-agent bedrock-agent-runtime bedrock-agentcore bedrock-runtime billing billingconsole braket budgets cassandra ce
chatbot chime cleanrooms cleanrooms-ml cloud9 cloudcontrolapi clouddirectory cloudformation cloudfront cloudhsm
cloudsearch cloudshell cloudtrail cloudtrail-data codeartifact codebuild codecatalyst codecommit codeconnections
codedeploy codeguru-profiler codeguru-reviewer codeguru-security codepipeline codestar codestar-connections
codestar-notifications codewhisperer cognito-identity cognito-idp cognito-sync comprehend comprehendmedical
compute-optimizer config connect connect-campaigns console consoleapp consolidatedbilling controlcatalog controltower
cost-optimization-hub cur customer-profiles data.iot databrew dataexchange datapipeline datasync datazone dax deadline
deepracer delivery.logs detective devicefarm devops-guru directconnect discovery dlm dms docdb-elastic drs ds ds-data
dsql dynamodb ebs ec2 ec2-instance-connect ec2messages ecr ecr-public ecs eks eks-auth elasticache elasticbeanstalk
elasticfilesystem elasticloadbalancing elasticmapreduce elastictranscoder email emr-containers emr-serverless
entityresolution es eventbridge events evidently finspace firehose fis fms forecast frauddetector freertos freetier fsx
gamelift geo glacier globalaccelerator glue grafana greengrass groundstation guardduty health healthlake honeycode iam
identitystore imagebuilder importexport inspector inspector2 internetmonitor invoicing iot iotanalytics iotevents
iotfleetwise iotsitewise iotthingsgraph iottwinmaker iotwireless ivs ivschat kafka kafkaconnect kendra kinesis
kinesisanalytics kinesisvideo kms lakeformation lambda launchwizard lex license-manager
license-manager-user-subscriptions lightsail location logs lookoutequipment lookoutmetrics lookoutvision m2
machinelearning macie macie2 managedblockchain marketplace mediaconnect mediaconvert medialive mediapackage
mediapackagev2 mediastore mediatailor medical-imaging memorydb mgh mgn migrationhub-orchestrator migrationhub-strategy
mobiletargeting models-v2-lex models.lex monitoring mq neptune-graph network-firewall networkflowmonitor networkmanager
networkmonitor nimble notifications notifications-contacts oam observabilityadmin omics opensearch opsworks opsworks-cm
organizations osis outposts panorama partnercentral-account payment-cryptography payments pca-connector-ad pcs
personalize pi pinpoint pipes polly pricing proton purchase-orders q qapps qbusiness qdeveloper qldb quicksight ram rbin
rds rds-data redshift redshift-data redshift-serverless refactor-spaces rekognition repostspace resiliencehub
resource-explorer-2 resource-groups robomaker rolesanywhere route53 route53-recovery-control-config
route53-recovery-readiness route53domains route53profiles route53resolver rum runtime.lex runtime.sagemaker s3
s3-control s3-object-lambda s3-outposts s3express s3tables sagemaker sagemaker-runtime savingsplans scheduler schemas
scn sdb secretsmanager security-ir securityhub securitylake serverlessrepo servicecatalog servicecatalog-appregistry
servicediscovery servicequotas ses shield signer signin simspaceweaver sms sms-voice snow-device-management snowball sns
social-messaging sqs ssm ssm-contacts ssm-guiconnect ssm-incidents ssm-quicksetup ssm-sap ssmmessages sso sso-directory
sso-oauth sso-oidc states storagegateway streams.dynamodb sts support supportapp supportplans sustainability swf
synthetics tagging tax textract timestream timestream-influxdb tnb transcribe transfer translate trustedadvisor
user-subscriptions verifiedpermissions voiceid vpc-lattice waf waf-regional wafv2 wellarchitected wisdom workdocs
worklink workmail workspaces workspaces-web xray`
  .trim()
  .split(/\s+/);
