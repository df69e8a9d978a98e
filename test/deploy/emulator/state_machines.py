"""What the emulator's Step Functions lack.

Its state machines call functions and read objects in its own process, where nobody sees it. Here they do so through the
gateway, in the name of their role, so that the proxy holds each call against that role's policy. A Distributed Map takes its
limits by paths, and begins no further child once its execution was stopped.
"""

import contextvars
import http.client
import json
import os
from urllib.parse import quote

from ministack.core.responses import get_account_id, get_region
from ministack.services import stepfunctions

_execution = contextvars.ContextVar("execution")

# A function may run for fifteen minutes.
SECONDS = 905


def ask(service, method, path, body=b""):
    """Answers a call of AWS that the role of the running state machine makes: its status, headers and body."""
    machine = stepfunctions._state_machines[_execution.get()["stateMachineArn"]]
    access_key = f"{get_account_id()}.{machine['roleArn'].rsplit('/', 1)[-1]}"
    credential = f"{access_key}/20000101/{get_region()}/{service}/aws4_request"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=none"}
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ["GATEWAY_PORT"]), timeout=SECONDS)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def call_function(reference, event):
    if _execution.get()["status"] != "RUNNING":
        raise stepfunctions._ExecutionError("States.TaskFailed", "the execution was stopped")
    path = f"/2015-03-31/functions/{quote(reference, safe='')}/invocations"
    status, headers, body = ask("lambda", "POST", path, json.dumps(event).encode())
    text = body.decode()
    if status >= 300:
        name = "Lambda.TooManyRequestsException" if status == 429 else "Lambda.AWSLambdaException"
        raise stepfunctions._ExecutionError(name, text)
    answer = json.loads(text or "null")
    if headers.get("X-Amz-Function-Error"):
        raise stepfunctions._ExecutionError(answer.get("errorType", "Lambda.Unknown"), text)
    return answer


def read_object(bucket, key):
    status, _, body = ask("s3", "GET", f"/{bucket}/{quote(key)}")
    if status != 200:
        raise stepfunctions._ExecutionError("States.ItemReaderFailed", body.decode())
    return body.decode()


_run_execution = stepfunctions._run_execution
_run_distributed_map = stepfunctions._run_distributed_map


def run_execution(arn):
    # Children inherit it, as their threads begin with a copy of the context.
    _execution.set(stepfunctions._executions[arn])
    _run_execution(arn)


def run_distributed_map(state, raw_input, effective, iterator, execution, context):
    limits = {
        name.removesuffix("Path"): stepfunctions._resolve_path_or_ctx(state[name], effective, context)
        for name in ("MaxConcurrencyPath", "ToleratedFailurePercentagePath")
        if name in state
    }
    return _run_distributed_map({**state, **limits}, raw_input, effective, iterator, execution, context)


def complete():
    """Puts all of it into the emulator."""
    stepfunctions._call_lambda = call_function
    stepfunctions._s3_object_text = read_object
    stepfunctions._run_execution = run_execution
    stepfunctions._run_distributed_map = run_distributed_map
