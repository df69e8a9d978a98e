"""Writes test/ocsf/schemas anew: JSON Schemas of the OCSF classes that Trailwarden writes.

    python3 -m venv /tmp/ocsf && /tmp/ocsf/bin/pip install ocsf-json-schema==1.2.0
    /tmp/ocsf/bin/python scripts/ocsf-schemas.py
"""

import json
from pathlib import Path

from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

VERSION = "1.8.0"
CLASSES = {"api-activity": 6003, "detection-finding": 2004}
FOLDER = Path(__file__).parent.parent / "test" / "ocsf" / "schemas"


def in_order(value: object) -> object:
    """The order of enumerations is that of a set, another one in each run."""
    if isinstance(value, dict):
        return {key: sorted(item, key=str) if key in ("enum", "required") else in_order(item) for key, item in value.items()}
    if isinstance(value, list):
        return [in_order(item) for item in value]
    return value


schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(version=VERSION))
for name, uid in CLASSES.items():
    made = schema.get_class_schema(class_name=schema.lookup_class_name_from_uid(class_uid=uid), profiles=["cloud"])
    text = json.dumps(in_order(made), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    (FOLDER / f"{name}-{VERSION}.json").write_text(f"{text}\n", encoding="utf-8")
