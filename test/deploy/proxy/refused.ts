/** What AWS answers whoever may not make a call, in the form of each protocol. */
export function refusal(
  service: string,
  message: string,
): { readonly status: number; readonly headers: Record<string, string>; readonly body: string } {
  if (service === 's3') {
    return {
      status: 403,
      headers: { 'content-type': 'application/xml' },
      body: `<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>${message}</Message></Error>`,
    };
  }
  if (service === 'sns' || service === 'cloudformation') {
    const code = service === 'sns' ? 'AuthorizationError' : 'AccessDenied';
    return {
      status: 403,
      headers: { 'content-type': 'text/xml' },
      body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
    };
  }
  return {
    status: 400,
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': 'AccessDeniedException' },
    body: JSON.stringify({ __type: 'AccessDeniedException', message }),
  };
}
