"""config/schema.json, as an editor uses it: beside the files that we ship, and against bad ones."""
import copy
import json

import jsonschema
import pytest
import yaml

from daemon import ROOT

SCHEMA = json.loads((ROOT / "config/schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
# Other spellings, or places of a secret: not in reference.yaml, where each thing stands once.
NOT_IN_REFERENCE = {"sinks.http.timeout", "admin.token", "sinks.http.secrets"}


class Loader(yaml.SafeLoader):
    """Reads times as the texts that they are in a config."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load(name):
    return yaml.load((ROOT / "config" / name).read_text(), Loader)


def errors(config):
    return [e.message for e in VALIDATOR.iter_errors(config)]


def resolve(schema):
    """The schema itself behind references and beside `off`."""
    while True:
        if "$ref" in schema:
            schema = {**SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[1]],
                      **{k: v for k, v in schema.items() if k != "$ref"}}
        elif "anyOf" in schema:
            branches = [resolve(b) for b in schema["anyOf"]]
            maps = [b for b in branches if "properties" in b]
            if not maps:
                return schema
            schema = {**maps[0], **{k: v for k, v in schema.items() if k != "anyOf"}}
        else:
            return schema


def properties(schema, path=()):
    """Each key that the schema knows: its path (a sink's type is part of it) and its own schema."""
    schema = resolve(schema)
    for key, value in schema.get("properties", {}).items():
        here = (*path, key)
        value = resolve(value)
        yield ".".join(here), value
        items = resolve(value.get("items", {}))
        for branch in items.get("oneOf", [items]) if "properties" not in items else [items]:
            branch = resolve(branch)
            kind = branch.get("properties", {}).get("type", {}).get("const")
            yield from properties(branch, (*here, kind) if kind else here)
        yield from properties(value, here)


def values(config, path=()):
    """Each key of a config with its path, named alike, and its value."""
    for key, value in config.items():
        here = (*path, key)
        yield ".".join(here), value
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                kind = item.get("type")
                yield from values(item, (*here, kind) if kind else here)


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", ["minimal.yaml", "reference.yaml"])
def test_the_files_we_ship_fit_the_schema(name):
    assert errors(load(name)) == []


def test_every_key_of_the_schema_is_in_the_reference():
    reference = dict(values(load("reference.yaml")))
    common = {"filter", "start", "on_full", "types", "endpoints", "customers", "campaigns"}
    missing = [
        path for path, _ in properties(SCHEMA)
        if path not in reference and not any(path.startswith(p) for p in NOT_IN_REFERENCE)
        # What all sinks have stands at the first one.
        and not (path.startswith("sinks.") and path.rsplit(".", 1)[1] in common)
    ]
    assert missing == []


def test_the_defaults_of_the_schema_are_those_of_the_reference():
    reference = dict(values(load("reference.yaml")))
    checked = 0
    for path, schema in properties(SCHEMA):
        if "default" not in schema or path not in reference:
            continue
        said = "off" if reference[path] is False else reference[path]
        assert said == schema["default"], path
        checked += 1
    assert checked > 40


def changed(*path, to):
    config = copy.deepcopy(load("minimal.yaml"))
    at = config
    for step in path[:-1]:
        at = at.setdefault(step, {}) if isinstance(step, str) else at[step]
    at[path[-1]] = to
    return config


@pytest.mark.parametrize("config", [
    changed("limit", to={}),
    changed("limits", to={"max_boddy": "1MiB"}),
    changed("limits", "max_body", to="1 MiB"),
    changed("limits", "idle_timeout", to=75),
    changed("limits", "idle_timeout", to="75"),
    changed("limits", "max_connections", to=0),
    changed("listeners", to=[]),
    changed("listeners", 0, "tls", to=True),
    changed("listeners", 0, "address", to="8443"),
    changed("endpoints", 0, "path", to="webhooks"),
    changed("endpoints", 0, "secrets", to=[]),
    changed("endpoints", 0, "secrets", 0, to={"name": "a", "value": "hunter2"}),
    changed("endpoints", 0, "secrets", 0, to={"name": "a", "file": "f", "env": "E"}),
    changed("endpoints", 0, "secrets", 0, to={"file": "f"}),
    changed("sinks", 0, "type", to="kafka"),
    changed("sinks", 0, "url", to="https://h"),
    changed("sinks", 0, to={"name": "a", "type": "http"}),
    changed("sinks", 0, to={"name": "a", "type": "http", "url": "h"}),
    changed("sinks", 0, to={"name": "a", "type": "stdout", "start": "today"}),
    changed("admin", to={"token": "hunter2"}),
    changed("log", "level", to="loud"),
], ids=lambda c: json.dumps(c)[:60])
def test_what_the_daemon_refuses_by_its_shape_the_schema_refuses(config):
    assert errors(config) != []


@pytest.mark.parametrize("config", [
    changed("admin", to="off"),
    changed("admin", to=False),
    changed("admin", to={"address": "unix:/run/w.sock", "token": {"env": "TOKEN"}}),
    changed("sinks", to=[]),
    changed("listeners", 0, "tls", to="off"),
    changed("limits", "max_body", to="${BODY:-1MiB}"),
    changed("limits", "max_connections", to="${N}"),
    changed("limits", "max_body", to=1048576),
    changed("sinks", 0, to={"name": "a", "type": "http", "url": "https://h", "timeout": "5s",
                            "headers": {"A": "b", "C": {"file": "f"}}}),
], ids=lambda c: json.dumps(c)[:60])
def test_what_the_daemon_takes_the_schema_takes(config):
    assert errors(config) == []
