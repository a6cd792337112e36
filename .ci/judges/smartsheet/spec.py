"""Checks the sandbox's answers against the official specification, and against what changed since it was made.

Usage: spec.py BASE_URL TOKEN FOLDER      FOLDER holds smartsheet.json and smartsheet-2026-delta.yaml
"""

import json
import os
import sys
import time

import jsonschema
import requests
import yaml

BASE_URL, TOKEN, FOLDER = sys.argv[1:4]
SPEC = json.load(open(os.path.join(FOLDER, "smartsheet.json")))
DELTA = yaml.safe_load(open(os.path.join(FOLDER, "smartsheet-2026-delta.yaml")))["components"]["schemas"]

# Fields that the sandbox shows and the specification does not know, each for a reason.
KNOWN = {
    "parentId", "siblingId", "lockedForUser", "locked", "sheetId",  # of rows: in answers, missing in the schema
    "objectValue", "formula", "hyperlink", "image", "linkInFromCell", "linksOutToCells", "format", "columnType",
    "conditionalFormat",  # of cells in answers to writes: the schema shows an example's fields only
    "version",  # of every answer to a write in a sheet
    "status",  # of a user: in the text about the route, missing in the schema
    "seatType", "detail", "permalink", "createdBy", "modifiedBy", "filteredOut", "sheetName", "groups",
    "createdAt", "modifiedAt",  # of reports
    "widgets", "values", "rows", "columns", "filters", "ganttConfig", "primary", "symbol", "width", "index",
    "autoNumberFormat", "systemColumnType", "description", "contactOptions", "hidden", "options", "isInternal",
    "id",  # of a new folder
    "objectIdStr",  # of events: newer than the file
    "tags", "url", "attachments", "members", "data", "accessLevel", "userSettings", "title", "type", "sendTo",
}
FAILED = []


def resolve(schema):
    while "$ref" in schema:
        place = SPEC
        for part in schema["$ref"].split("/")[1:]:
            place = place[part.replace("~1", "/").replace("~0", "~")]
        schema = place
    return schema


def lenient(schema):
    """JSON Schema of an OpenAPI 3.0 schema: null where it is allowed, and "one of" as "any of", because the
    alternatives of the specification overlap."""
    if isinstance(schema, list):
        return [lenient(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {"anyOf" if key == "oneOf" else key: lenient(value) for key, value in schema.items() if key not in ("format", "example", "default")}
    if schema.get("nullable") is True and isinstance(schema.get("type"), str):
        made["type"] = [schema["type"], "null"]
        if "enum" in made:
            made["enum"] = made["enum"] + [None]
    return made


COMPONENTS = lenient(SPEC["components"])
# Values without an object around them stand in the vendor's clients and examples, and not in the file.
VALUE = COMPONENTS["schemas"]["ObjectValue"]
VALUE["anyOf"].append({"type": ["string", "number", "boolean"]})
del VALUE["required"]
# Somebody has several other addresses, as the clients have them; the file shows one of them.
PROFILE = COMPONENTS["schemas"]["UserProfile"]["properties"]
PROFILE["alternateEmails"] = {"type": "array", "items": PROFILE["alternateEmails"]}


def properties(schema):
    """The fields that an object may have, through references and alternatives; none when it has no schema."""
    schema = resolve(schema)
    found = dict(schema.get("properties", {}))
    for part in ("allOf", "oneOf", "anyOf"):
        for branch in schema.get(part, []):
            for name, inner in properties(branch).items():
                found[name] = {"anyOf": [found[name], inner]} if name in found else inner
    return found


def items(schema):
    schema = resolve(schema)
    if "items" in schema:
        return [schema["items"]]
    return [inner for part in ("allOf", "oneOf", "anyOf") for branch in schema.get(part, []) for inner in items(branch)]


def unknown(schema, value, path=""):
    if isinstance(value, list):
        for inner in items(schema):
            for number, item in enumerate(value):
                yield from unknown(inner, item, f"{path}[{number}]")
    elif isinstance(value, dict):
        known = properties(schema)
        for name, inner in value.items():
            if known and name not in known and name not in KNOWN:
                yield f"{path}.{name}"
            elif name in known:
                yield from unknown(known[name], inner, f"{path}.{name}")


def ask(method, path, body=None, **more):
    headers = {"Authorization": f"Bearer {TOKEN}"}
    while True:
        answer = requests.request(method, BASE_URL + path, headers={**headers, **more.pop("headers", {})}, json=body, **more)
        if answer.status_code != 429:
            assert answer.status_code == 200, f"{method} {path}: {answer.status_code} {answer.text}"
            return answer.json()
        time.sleep(60)


def official(method, route):
    schema = SPEC["paths"][route][method.lower()]["responses"]["200"]
    return resolve(schema)["content"]["application/json"]["schema"]


def judge(method, route, path, body=None, schema=None, **more):
    """Asks and compares with the schema of the route, or with the one given for routes that are newer."""
    value = ask(method, path, body, **more)
    schema = official(method, route) if schema is None else schema
    whole = {**lenient(schema), "components": COMPONENTS}
    for error in jsonschema.Draft202012Validator(whole).iter_errors(value):
        FAILED.append(f"{method} {route}: {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}")
    for name in sorted(set(unknown(schema, value))):
        FAILED.append(f"{method} {route}: the specification does not know {name}")
    return value


def page(of, field="data"):
    return {"type": "object", "required": [field], "additionalProperties": False,
            "properties": {field: {"type": "array", "items": {**of, "additionalProperties": False}}, "lastKey": {"type": "string"}}}


def read():
    judge("GET", "/users/me", "/users/me?include=groups")
    me = ask("GET", "/users/me")
    for user in judge("GET", "/users", "/users?includeAll=true")["data"]:
        judge("GET", "/users/{userId}", f"/users/{user['id']}")
    judge("GET", None, f"/users/{me['id']}/plans?include=planName", schema=page(DELTA["UserPlan"]))
    for group in judge("GET", "/groups", "/groups?includeAll=true")["data"]:
        judge("GET", "/groups/{groupId}", f"/groups/{group['id']}")
    reference = DELTA["AssetReference"]
    brief = {"type": "object", "required": ["id", "name", "accessLevel", "permalink"],
             "properties": {name: {} for name in ("id", "name", "accessLevel", "permalink")}}
    for workspace in judge("GET", None, "/workspaces?paginationType=token", schema=page(brief))["data"]:
        about = judge("GET", None, f"/workspaces/{workspace['id']}/metadata", schema={"type": "object", "required": [
            "id", "name", "accessLevel", "permalink", "createdAt", "modifiedAt"]})
        assert about["id"] == workspace["id"]
        folders = [f"/workspaces/{workspace['id']}"]
        while folders:
            here = folders.pop()
            children = judge("GET", None, f"{here}/children?include=source,ownerInfo", schema=page(reference))["data"]
            folders += [f"/folders/{child['id']}" for child in children if child["resourceType"] == "folder"]
    judge("GET", "/folders/personal", "/folders/personal")
    sheets = judge("GET", "/sheets", "/sheets?include=sheetVersion,source&includeAll=true")["data"]
    for sheet in sheets:
        read_sheet(f"/sheets/{sheet['id']}")
    for report in judge("GET", "/reports", "/reports")["data"]:
        judge("GET", "/reports/{reportId}", f"/reports/{report['id']}?level=2&include=objectValue,format")
        for part in ("definition", "scope", "columns"):
            ask("GET", f"/reports/{report['id']}/{part}")
    for sight in judge("GET", "/sights", "/sights")["data"]:
        judge("GET", "/sights/{sightId}", f"/sights/{sight['id']}")
    judge("GET", "/events", "/events?since=2025-01-01T00:00:00Z")
    judge("GET", "/serverinfo", "/serverinfo")
    judge("GET", "/contacts", "/contacts")


def read_sheet(sheet):
    include = ("attachments,discussions,objectValue,format,columnType,crossSheetReferences,filters,filterDefinitions,"
               "ganttConfig,ownerInfo,writerInfo,rowPermalink,source")
    whole = judge("GET", "/sheets/{sheetId}", f"{sheet}?level=2&include={include}")
    judge("GET", "/sheets/{sheetId}/version", f"{sheet}/version")
    judge("GET", "/sheets/{sheetId}/columns", f"{sheet}/columns?level=2")
    judge("GET", "/sheets/{sheetId}/discussions", f"{sheet}/discussions?include=comments,attachments&includeAll=true")
    for attachment in judge("GET", "/sheets/{sheetId}/attachments", f"{sheet}/attachments?includeAll=true")["data"]:
        judge("GET", "/sheets/{sheetId}/attachments/{attachmentId}", f"{sheet}/attachments/{attachment['id']}")
    judge("GET", "/sheets/{sheetId}/summary", f"{sheet}/summary?include=format,writerInfo")
    for part in ("publish", "automationrules", "sentupdaterequests", "crosssheetreferences"):
        judge("GET", f"/sheets/{{sheetId}}/{part}", f"{sheet}/{part}")
    for request in judge("GET", "/sheets/{sheetId}/updaterequests", f"{sheet}/updaterequests")["data"]:
        judge("GET", "/sheets/{sheetId}/updaterequests/{updateRequestId}", f"{sheet}/updaterequests/{request['id']}")
    for proof in judge("GET", "/sheets/{sheetId}/proofs", f"{sheet}/proofs")["data"]:
        route, here = "/sheets/{sheetId}/proofs/{proofId}", f"{sheet}/proofs/{proof['originalId']}"
        judge("GET", route, f"{here}?include=attachments,discussions")
        for part in ("attachments", "discussions?include=comments,attachments", "versions", "requestactions"):
            judge("GET", f"{route}/{part.split('?')[0]}", f"{here}/{part}")
    share = page({**DELTA["AssetShare"]}, "items")
    judge("GET", None, f"/shares?assetType=sheet&assetId={whole['id']}&sharingInclude=WORKSPACE", schema=share)
    images = [cell["image"]["id"] for row in whole["rows"] for cell in row["cells"] if "image" in cell]
    if images:
        judge("POST", "/imageurls", "/imageurls", [{"imageId": image} for image in images])


def write():
    workspace = judge("POST", "/workspaces", "/workspaces", {"name": "Judged by the specification"})["result"]
    here = f"/workspaces/{workspace['id']}"
    folder = judge("POST", "/workspaces/{workspaceId}/folders", f"{here}/folders", {"name": "Folder"})["result"]
    judge("PUT", "/folders/{folderId}", f"/folders/{folder['id']}", {"name": "Renamed"})
    columns = [{"title": "Task", "type": "TEXT_NUMBER", "primary": True}, {"title": "Due", "type": "DATE"}]
    sheet = judge("POST", "/folders/{folderId}/sheets", f"/folders/{folder['id']}/sheets", {"name": "Sheet", "columns": columns})["result"]
    task, _ = [column["id"] for column in sheet["columns"]]
    at = f"/sheets/{sheet['id']}"
    column = judge("POST", "/sheets/{sheetId}/columns", f"{at}/columns", [{"title": "More", "type": "CHECKBOX", "index": 2}])["result"][0]
    judge("PUT", "/sheets/{sheetId}/columns/{columnId}", f"{at}/columns/{column['id']}", {"title": "Most"})
    rows = judge("POST", "/sheets/{sheetId}/rows", f"{at}/rows", [{"toBottom": True, "cells": [{"columnId": task, "value": "x"}]}])["result"]
    judge("PUT", "/sheets/{sheetId}/rows", f"{at}/rows", [{"id": rows[0]["id"], "cells": [{"columnId": column["id"], "value": True}]}])
    talk = judge("POST", "/sheets/{sheetId}/rows/{rowId}/discussions", f"{at}/rows/{rows[0]['id']}/discussions", {"comment": {"text": "x"}})["result"]
    judge("POST", "/sheets/{sheetId}/discussions/{discussionId}/comments", f"{at}/discussions/{talk['id']}/comments", {"text": "y"})
    link = {"name": "Link", "attachmentType": "LINK", "url": "https://example.org"}
    judge("POST", "/sheets/{sheetId}/attachments", f"{at}/attachments", link)
    field = judge("POST", "/sheets/{sheetId}/summary/fields", f"{at}/summary/fields", [{"title": "F", "type": "TEXT_NUMBER"}])["result"][0]
    image = {"data": b"png", "headers": {"Content-Type": "image/png", "Content-Disposition": 'attachment; filename="p.png"'}}
    judge("POST", "/sheets/{sheetId}/summary/fields/{fieldId}/images", f"{at}/summary/fields/{field['id']}/images?altText=x", **image)
    judge("GET", "/sheets/{sheetId}/summary", f"{at}/summary?include=format,writerInfo")
    cell = f"{at}/rows/{rows[0]['id']}/columns/{task}/cellimages?altText=x"
    judge("POST", "/sheets/{sheetId}/rows/{rowId}/columns/{columnId}/cellimages", cell, **image)
    judge("PUT", "/sheets/{sheetId}/publish", f"{at}/publish", {"icalEnabled": True})
    judge("PUT", "/sheets/{sheetId}", at, {"name": "Renamed"})
    reference = {"name": "R", "sourceSheetId": sheet["id"], "startColumnId": task, "endColumnId": task}
    judge("POST", "/sheets/{sheetId}/crosssheetreferences", f"{at}/crosssheetreferences", reference)
    group = judge("POST", "/groups", "/groups", {"name": "Judged", "members": [{"email": "ben@acme.example"}]})["result"]
    judge("PUT", "/groups/{groupId}", f"/groups/{group['id']}", {"description": "x"})
    judge("POST", "/groups/{groupId}/members", f"/groups/{group['id']}/members", [{"email": "cleo@acme.example"}])
    judge("DELETE", "/groups/{groupId}", f"/groups/{group['id']}")
    judge("DELETE", "/sheets/{sheetId}/rows", f"{at}/rows?ids={rows[0]['id']}")
    judge("DELETE", "/sheets/{sheetId}", at)
    judge("DELETE", "/workspaces/{workspaceId}", here)


def refusals():
    """Every refusal is an error object as the specification has it."""
    schema = {**lenient(SPEC["components"]["schemas"]["Error"]), "components": COMPONENTS}
    for path, status in (("/sheets/1", 404), ("/sheets?page=x", 400), ("/workspaces/1", 410)):
        answer = requests.get(BASE_URL + path, headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == status, path
        jsonschema.validate(answer.json(), schema)


read()
write()
refusals()
if FAILED:
    sys.exit("\n".join(FAILED))
print("all answers are as the official specification says")
