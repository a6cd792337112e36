"""An OpenAPI document, as what a request is held against."""

import json
import re
import urllib.parse

import jsonschema

# Says nothing about which values are right; some of it has a meaning in JSON Schema that it has not here.
IGNORED = ("format", "example", "examples", "default", "readOnly", "writeOnly", "discriminator", "xml")
ALTERNATIVES = ("allOf", "oneOf", "anyOf")


def json_schema(schema):
    """JSON Schema of an OpenAPI 3.0 schema: null where it is allowed, and "one of" as "any of", because the
    alternatives in these documents overlap. Properties are a matter of their own: see `strangers`."""
    if isinstance(schema, list):
        return [json_schema(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {}
    for key, value in schema.items():
        if key == "properties":
            made[key] = {name: json_schema(part) for name, part in value.items()}
        elif key == "enum":
            made[key] = value + [None] if schema.get("nullable") else value
        elif key not in (*IGNORED, "additionalProperties"):
            made["anyOf" if key == "oneOf" else key] = json_schema(value)
    if schema.get("nullable") and isinstance(schema.get("type"), str):
        made["type"] = [schema["type"], "null"]
    return made


class Operation:
    """A method of a path."""

    def __init__(self, specification, method, route):
        self.specification, self.name = specification, f"{method} {route}"
        item = specification.document["paths"][route]
        self.operation = operation = item[method.lower()]
        declared = map(specification.resolve, item.get("parameters", []) + operation.get("parameters", []))
        self.query = {one["name"]: one.get("schema", {}) for one in declared if one["in"] == "query"}
        body = specification.resolve(operation.get("requestBody", {}))
        self.contents = {kind: content.get("schema", {}) for kind, content in body.get("content", {}).items()}

    def answer(self):
        """The schema of what comes when all is well."""
        responses = self.operation["responses"]
        good = next(responses[code] for code in responses if str(code).startswith("2"))
        return self.specification.resolve(good)["content"]["application/json"]["schema"]

    def faults_of_query(self, pairs):
        for name, value in pairs:
            if name not in self.query:
                yield f"?{name} is not declared"
                continue
            for part in self.specification.unreadable(self.query[name], value):
                yield f"?{name} is not declared to take {part[:80]}"

    def faults_of_body(self, line):
        kind = line.get("content_type", "")
        if not kind:
            return
        if kind == "multipart/form-data" and kind in self.contents:
            known = self.specification.properties(self.contents[kind])
            yield from (f"part {name} is not declared" for name in line["parts"] if name not in known)
        elif kind == "application/json" and kind in self.contents and "body" in line:
            yield from self.specification.faults_of_value(self.contents[kind], json.loads(line["body"]))
        elif "application/octet-stream" not in self.contents:
            yield f"a body of type {kind}, as the log has it, is not declared"


class Specification:
    """A document with what is known to have changed since already in it."""

    def __init__(self, document, base_path):
        self.document, self.base_path = document, base_path
        # References are looked up in the whole document; nothing but its components is ever referred to.
        self.components = {
            kind: json_schema(parts) if kind != "schemas" else {n: json_schema(s) for n, s in parts.items()}
            for kind, parts in document["components"].items() if kind == "schemas"
        }
        self.routes = [
            (re.compile(re.sub(r"\\\{[^/{}]+\\\}", "[^/]+", re.escape(route.rstrip("/"))) + "$"), route)
            for route in document["paths"]
        ]

    def operation(self, method, path):
        """The operation that a request belongs to; none when the document has no such method or path."""
        fitting = [
            route for pattern, route in self.routes
            if pattern.match(path.rstrip("/")) and method.lower() in self.document["paths"][route]
        ]
        # What is spelled out goes before what is a parameter.
        return Operation(self, method, min(fitting, key=lambda route: route.count("{"))) if fitting else None

    def resolve(self, node):
        while "$ref" in node:
            place = self.document
            for key in node["$ref"].split("/")[1:]:
                place = place[urllib.parse.unquote(key).replace("~1", "/").replace("~0", "~")]
            node = place
        return node

    def valid(self, schema, value):
        return not any(self.errors(schema, value))

    def errors(self, schema, value):
        whole = {**json_schema(schema), "components": self.components}
        return jsonschema.Draft202012Validator(whole).iter_errors(value)

    def properties(self, schema):
        """The properties that an object may have, through references and alternatives; none: any."""
        schema = self.resolve(schema)
        found = dict(schema.get("properties", {}))
        for part in (part for key in ALTERNATIVES for part in schema.get(key, [])):
            for name, inner in self.properties(part).items():
                found[name] = {"anyOf": [found[name], inner]} if name in found else inner
        return found

    def items(self, schema):
        schema = self.resolve(schema)
        own = [schema["items"]] if "items" in schema else []
        return own + [inner for key in ALTERNATIVES for part in schema.get(key, []) for inner in self.items(part)]

    def strangers(self, schema, value, place="body"):
        """Properties that the document does not know, or has in answers only."""
        if isinstance(value, list):
            items = self.items(schema)
            for entry in value if items else []:
                yield from self.strangers({"anyOf": items}, entry, f"{place}[]")
        elif isinstance(value, dict):
            known = self.properties(schema)
            for name, inner in value.items():
                here = f"{place}.{name}"
                if known and name not in known:
                    yield f"{here} is not declared"
                elif name in known and self.resolve(known[name]).get("readOnly"):
                    yield f"{here} is declared as read-only"
                elif name in known:
                    yield from self.strangers(known[name], inner, here)

    def faults_of_value(self, schema, value, place="body"):
        yield from self.strangers(schema, value, place)
        for error in self.errors(schema, value):
            # Of several alternatives the one that went furthest was meant.
            while error.context:
                error = max(error.context, key=lambda part: len(part.absolute_path))
            path = "".join("[]" if isinstance(key, int) else f".{key}" for key in error.absolute_path)
            yield f"{place}{path} is not as declared: {error.message[:120]}"

    def unreadable(self, schema, text):
        """The parts of the text of a query that cannot be read as values of the schema."""
        schema = self.resolve(schema)
        if any(key in schema for key in ALTERNATIVES):
            alternatives = [part for key in ALTERNATIVES for part in schema.get(key, [])]
            return min((self.unreadable(part, text) for part in alternatives), key=len)
        if schema.get("type") == "array":
            return [wrong for part in text.split(",") for wrong in self.unreadable(schema["items"], part)]
        if schema.get("type") in ("integer", "number", "boolean"):
            try:
                return [] if self.valid(schema, json.loads(text)) else [text]
            except ValueError:
                return [text]
        # Where one of several words is declared the vendors' texts let several be joined by commas.
        parts = text.split(",") if "enum" in schema else [text]
        return [part for part in parts if not self.valid(schema, part)]
