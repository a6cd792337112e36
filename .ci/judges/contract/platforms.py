"""What differs between the platforms: where the documents are and how requests stand in other requests."""

import json
import re
import urllib.parse

import yaml

from specification import ALTERNATIVES, Specification

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(folder, name):
    with open(f"{folder}/{name}", encoding="utf-8") as file:
        return json.load(file) if name.endswith(".json") else yaml.load(file, LOADER)


def pairs(query):
    return urllib.parse.parse_qsl(query, keep_blank_values=True)


class Platform:
    """A platform whose parameters stand where its document says."""

    files: tuple = ()
    base_path = ""

    def __init__(self, folder):
        document, *deltas = (load(folder, name) for name in self.files)
        for delta in deltas:
            self.amend(document, delta)
        self.specification = Specification(document, self.base_path)

    def amend(self, document, delta):
        """Writes into the document what came after it."""
        known = delta["components"].get("parameters", {})
        for route, item in delta["paths"].items():
            for method, operation in item.items():
                parameters = operation.get("parameters", [])
                inline = [known[one["$ref"].split("/")[-1]] if "$ref" in one else one for one in parameters]
                document["paths"].setdefault(route, {})[method] = {**operation, "parameters": inline}
        document["components"]["schemas"].update(delta["components"].get("schemas", {}))

    def requests(self, line):
        """The requests to the API that a line of the log stands for."""
        if line["path"].startswith(self.base_path + "/"):
            yield {**line, "path": line["path"].removeprefix(self.base_path)}

    def faults(self, operation, line):
        yield from operation.faults_of_query(pairs(line["query"]))
        yield from operation.faults_of_body(line)


class Asana(Platform):
    files = ("asana.yaml",)
    base_path = "/api/1.0"

    def requests(self, line):
        for request in super().requests(line):
            yield request
            if request["path"] == "/batch":
                for action in json.loads(request["body"])["data"]["actions"]:
                    yield self.action(action)

    def faults(self, operation, line):
        """The enumerations of `opt_fields` are not complete: any field of the answer's records may be named."""
        for fault in super().faults(operation, line):
            _, asked, field = fault.partition("?opt_fields is not declared to take ")
            if not asked or not self.answers(operation, field.split(".")):
                yield fault

    def answers(self, operation, path):
        document = operation.specification
        answer = document.properties(operation.answer())
        schema = answer.get("data", {})
        for name in path:
            schema = next(iter(document.items(schema)), schema)
            schema = self.full(document, schema).get(name)
            if schema is None:
                return False
        return True

    def full(self, document, schema):
        """The properties of the full record where a compact one is meant."""
        if "$ref" in schema:
            name = schema["$ref"].split("/")[-1]
            schemas = document.document["components"]["schemas"]
            return document.properties(schemas.get(name.replace("Compact", "Response"), schemas[name]))
        found = dict(schema.get("properties", {}))
        for part in (part for key in ALTERNATIVES for part in schema.get(key, [])):
            found |= self.full(document, part)
        return found

    @staticmethod
    def action(action):
        """A request in a batch: the data of a question are its query."""
        path, _, query = action["relative_path"].partition("?")
        method, data, options = action["method"].upper(), action.get("data", {}), action.get("options", {})
        more = {"opt_fields" if name == "fields" else name: ",".join(value) if isinstance(value, list) else value
                for name, value in {**options, **(data if method == "GET" else {})}.items()}
        query = "&".join(filter(None, [query, urllib.parse.urlencode(more)]))
        line = {"method": method, "path": path, "query": query}
        if method in ("POST", "PUT"):
            line |= {"content_type": "application/json", "body": json.dumps({"data": data})}
        return line


class Smartsheet(Platform):
    files = ("smartsheet.json", "smartsheet-2026-delta.yaml")
    base_path = "/2.0"

    def amend(self, document, delta):
        gone = delta["x-sunset-2026-06-03"]
        for line in gone["operations"]:
            methods, template = line.split(" ")
            # {a,b} stands for either word, {id} for a parameter of any name.
            either = re.sub(r"\{([a-z]+(?:,[a-z]+)+)\}", lambda words: f"({words[1].replace(',', '|')})", template)
            pattern = re.compile(re.sub(r"\{\w+\}", r"\\{\\w+\\}", either) + "$")
            routes = [route for route in document["paths"] if pattern.match(route)]
            assert routes, f"{line} removes nothing"
            for route in routes:
                for method in methods.lower().split("|"):
                    document["paths"][route].pop(method, None)
        for entry in gone["parameters"]:
            for operation, names in entry.items():
                method, route = operation.split(" ")
                here = document["paths"][route][method.lower()]
                here["parameters"] = [one for one in here["parameters"] if one.get("$ref", "").split("/")[-1] not in names]
        super().amend(document, delta)
        # The file says what is shared, not where it stands.
        share = {"$ref": "#/components/schemas/AssetShare"}
        for method, route, schema in (("post", "/shares", {"type": "array", "items": share}), ("patch", "/shares/{shareId}", share)):
            document["paths"][route][method]["requestBody"] = {"content": {"application/json": {"schema": schema}}}
        # "As workspace children", in words only.
        children = document["paths"]["/workspaces/{workspaceId}/children"]["get"]["parameters"]
        document["paths"]["/folders/{folderId}/children"]["get"]["parameters"] += children


class Trello(Platform):
    files = ("trello.json", "trello-2026-delta.yaml")
    base_path = "/1"

    def requests(self, line):
        for request in super().requests(line):
            yield request
            if request["path"] == "/batch":
                for url in dict(pairs(request["query"]))["urls"].split(",/"):
                    path, _, query = url.strip("/").partition("?")
                    yield {"method": "GET", "path": f"/{path}", "query": query}

    def faults(self, operation, line):
        """Trello takes what its document has in the query in a body as well."""
        yield from operation.faults_of_query(pairs(line["query"]))
        if line.get("content_type") != "application/json":
            parts = line.get("parts", [])
            known = operation.query
            yield from (f"part {name} is not declared" for name in parts if name not in known)
            return
        specification = operation.specification
        schema = operation.contents.get("application/json", {})
        own = specification.properties(schema)
        for name, value in json.loads(line["body"]).items():
            if name in own:
                yield from specification.faults_of_value(own[name], value, f"body.{name}")
            elif name not in operation.query:
                yield f"body.{name} is not declared"
            elif not specification.valid(operation.query[name], value):
                text = value if isinstance(value, str) else json.dumps(value)
                for part in specification.unreadable(operation.query[name], text):
                    yield f"body.{name} is not declared to take {part[:80]}"


PLATFORMS = {"asana": Asana, "smartsheet": Smartsheet, "trello": Trello}
