/** A right that a call asks for, as IAM sees it: AWS, "Actions, resources, and condition keys for AWS services". */
export interface AskedRight {
  /** `dynamodb:PutItem` */
  readonly action: string;
  /** An ARN, or `*` for what is no resource's. */
  readonly resource: string;
  /** Condition keys and what the call has in them. */
  readonly context?: Readonly<Record<string, readonly string[]>>;
}

/** A call of AWS as the proxy received it. */
export interface AwsCall {
  readonly account: string;
  readonly region: string;
  /** The service that the signature is for, as in `Credential=…/dynamodb/aws4_request`. */
  readonly service: string;
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}
