"""Starts the emulator on the loopback interface, with what it lacks for this app.

Read from the environment, besides the emulator's own variables:
  EMULATOR_PORT           where it listens; GATEWAY_PORT is the port that it tells others, where the proxy listens
  EMULATOR_PUBLIC_KEYS    a file with the answer of cloudtrail:ListPublicKeys
  EMULATOR_FAILING        a file with the name of an alarm that can't be created, or nothing
  EMULATOR_EARLY_CLOCK    a module that sets a function's clock ahead, for the functions whose names end in `-pack`
"""

import asyncio
import copy
import io
import json
import os
import tempfile
import zipfile

import state_machines
from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack.app import app
from ministack.core import lambda_runtime
from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudtrail, lambda_svc
from ministack.services.cloudformation import provisioners

HANDLERS = provisioners._RESOURCE_HANDLERS


def credentials_that_name_the_role(config):
    """The access key id names account and role, by which the proxy knows whose call it is."""
    account = lambda_runtime._account_region_from_function_config(config)[0]
    role = config["Role"].rsplit("/", 1)[-1]
    return {"AWS_ACCESS_KEY_ID": f"{account}.{role}", "AWS_SECRET_ACCESS_KEY": "none", "AWS_SESSION_TOKEN": ""}


lambda_runtime.execution_credentials = credentials_that_name_the_role
lambda_svc.execution_credentials = credentials_that_name_the_role


# --- Layers: a function on this machine can't have a folder /opt of its own, so variables lead to where the layer is.
_spawn = lambda_runtime.Worker._spawn
_layers = {}


def folder_of_layer(reference):
    arn = reference if isinstance(reference, str) else reference["Arn"]
    if arn not in _layers:
        folder = tempfile.mkdtemp(prefix="layer-", dir=os.environ.get("TMPDIR"))
        zipfile.ZipFile(io.BytesIO(lambda_svc._resolve_layer_zip(reference))).extractall(folder)
        _layers[arn] = folder
    return _layers[arn]


def spawn(self):
    config = copy.deepcopy(self.config)
    variables = config.setdefault("Environment", {}).setdefault("Variables", {})
    for reference in config.get("Layers", []):
        folder = folder_of_layer(reference)
        for name, value in variables.items():
            if value.startswith("/opt/"):
                variables[name] = os.path.join(folder, value.removeprefix("/opt/"))
    if config["FunctionName"].endswith("-pack"):
        options = variables.get("NODE_OPTIONS", "")
        variables["NODE_OPTIONS"] = f"{options} --import={os.environ['EMULATOR_EARLY_CLOCK']}"
    self.config = config
    return _spawn(self)


lambda_runtime.Worker._spawn = spawn


# --- AWS::CloudTrail::Trail
TRAIL_PROPERTIES = ("S3BucketName", "S3KeyPrefix", "SnsTopicName", "IsMultiRegionTrail", "IsOrganizationTrail",
                    "IncludeGlobalServiceEvents", "EnableLogFileValidation")


def checked(answer):
    status, _, body = answer
    text = body if isinstance(body, str) else bytes(body).decode()
    if status >= 300:
        raise ValueError(text)
    return json.loads(text or "{}")


def trail_request(properties):
    request = {name: properties[name] for name in TRAIL_PROPERTIES if name in properties}
    request["EnableLogFileValidation"] = properties.get("EnableLogFileValidation", False)
    request["KmsKeyId"] = properties.get("KMSKeyId", "")
    return request


def create_trail(logical_id, properties, stack_name):
    name = properties.get("TrailName", f"{stack_name}-{logical_id}")
    made = checked(cloudtrail._create_trail({"Name": name, **trail_request(properties)}))
    if properties.get("IsLogging") in (True, "true"):
        checked(cloudtrail._DISPATCH["StartLogging"]({"Name": name}))
    return name, {"Arn": made["TrailARN"]}


def update_trail(physical_id, old, new, stack_name):
    made = checked(cloudtrail._update_trail({"Name": physical_id, **trail_request(new)}))
    return physical_id, {"Arn": made["TrailARN"]}


def delete_trail(physical_id, properties):
    checked(cloudtrail._delete_trail({"Name": physical_id}))


HANDLERS["AWS::CloudTrail::Trail"] = {"create": create_trail, "update": update_trail, "delete": delete_trail}


def list_public_keys(_body):
    with open(os.environ["EMULATOR_PUBLIC_KEYS"], encoding="utf-8") as file:
        return 200, {"Content-Type": "application/x-amz-json-1.1"}, file.read()


cloudtrail._DISPATCH["ListPublicKeys"] = list_public_keys


# --- Alarms over an expression: kept as alarms of their first metric. And one that fails, where a file names it.
_alarm_record = provisioners._cw_metric_alarm_record


def alarm_record(name, properties):
    with open(os.environ["EMULATOR_FAILING"], encoding="utf-8") as file:
        if name == file.read().strip():
            raise ValueError("LimitExceededException: the quota of alarms is reached")
    metrics = [entry["MetricStat"] for entry in properties.get("Metrics") or [] if "MetricStat" in entry]
    if metrics:
        properties = {**properties, **metrics[0]["Metric"], "Period": metrics[0]["Period"], "Metrics": None,
                      "Statistic": metrics[0]["Stat"]}
    return _alarm_record(name, properties)


provisioners._cw_metric_alarm_record = alarm_record


state_machines.complete()

config = Config()
config.bind = [f"127.0.0.1:{os.environ['EMULATOR_PORT']}"]
config.keep_alive_timeout = 75
config.loglevel = os.environ.get("LOG_LEVEL", "WARNING")
asyncio.run(serve(app, config))
