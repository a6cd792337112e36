"""Checks the answers of the sandbox against Asana's OpenAPI document.

Usage: spec.py BASE_URL TOKEN SPECIFICATION. Every answer must fit the schema of its path and method, and have
no field that the schema does not know.
"""

import json
import re
import sys
import urllib.error
import urllib.request

import jsonschema
import yaml

BASE_URL, TOKEN, SPECIFICATION = sys.argv[1:4]
with open(SPECIFICATION, encoding="utf-8") as file:
    SPEC = yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))

def resolve(schema):
    while "$ref" in schema:
        node = SPEC
        for key in schema["$ref"].split("/")[1:]:
            node = node[key]
        schema = node
    return schema


def flat(schema):
    """Properties, required names and nullability of a schema with everything that it is put together from."""
    schema = resolve(schema)
    properties, required, nullable = {}, [], schema.get("nullable", False)
    for part in schema.get("allOf", []):
        more, names, null = flat(part)
        properties, required, nullable = properties | more, required + names, nullable or null
    return properties | schema.get("properties", {}), required + schema.get("required", []), nullable


def convert(schema):
    """The schema as JSON Schema. Objects get no other fields than those that are named."""
    if "$ref" in schema:
        return {"$ref": "#/$defs/" + schema["$ref"].split("/")[-1]}
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return {"anyOf": [convert(option) for option in schema[choice]]}
    properties, required, nullable = flat(schema)
    if properties:
        converted = {
            "type": "object",
            "properties": {name: convert(part) for name, part in properties.items()},
            "required": [name for name in required if name in properties],
            "additionalProperties": False,
        }
    elif "allOf" in schema:
        converted = {}
    else:
        converted = {key: schema[key] for key in ("type", "enum", "format") if key in schema}
        if "items" in schema:
            converted["items"] = convert(schema["items"])
    return {"anyOf": [{"type": "null"}, converted]} if nullable else converted


WRONG = set()
SCHEMAS = SPEC["components"]["schemas"]
PLAIN = {name: convert(resolve(schema)) for name, schema in SCHEMAS.items()}
# The token that comes with a 412; the errors beside it are described twice, and here completely.
PLAIN["ErrorResponse"]["properties"]["sync"] = {"type": "string"}
# Null by their description or, for a team that is on its way out, because there is none.
for name, field in (("StoryResponse", "sticker_name"), ("ProjectResponse", "team")):
    properties = PLAIN[name]["properties"]
    properties[field] = {"anyOf": [{"type": "null"}, properties[field]]}
# Asked for by name, a compact record has any field of the full one, and no field has to be there.
ASKED = {name: PLAIN.get(name.replace("Compact", "Response"), schema) for name, schema in PLAIN.items()}
ASKED = {name: {**schema, "required": []} for name, schema in ASKED.items()}
TEMPLATES = [(re.compile(re.sub(r"\{\w+\}", r"[^/]+", path) + "$"), path) for path in SPEC["paths"]]


def template(path):
    fitting = [known for pattern, known in TEMPLATES if pattern.match(path)]
    return min(fitting, key=lambda known: known.count("{"))


def ask(method, path, data=None, status=200):
    """Asks, checks the answer and gives its data."""
    body = None if data is None else json.dumps({"data": data}).encode()
    headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
    request = urllib.request.Request(BASE_URL + path, body, headers, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            code, text = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        code, text = error.code, error.read()
    assert code == status, f"{method} {path}: {code} {text[:500]}"
    answer = json.loads(text)
    known = template(path.split("?")[0])
    operation = SPEC["paths"][known][method.lower()]
    if status < 400:
        schema = resolve(operation["responses"][status])["content"]["application/json"]["schema"]
        schema = convert(schema)
        if "limit=" in path:
            # One list that takes a limit does not say that it has pages, as all such lists do.
            schema["properties"].setdefault("next_page", {"$ref": "#/$defs/NextPage"})
    else:
        schema = {"$ref": "#/$defs/ErrorResponse"}
    schema["$defs"] = ASKED if "opt_fields=" in path else PLAIN
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    errors = list(validator.iter_errors(answer))
    for error in errors:
        where = "/".join("*" if isinstance(key, int) else str(key) for key in error.absolute_path)
        reasons = "; ".join(inner.message[:200] for inner in error.context or []) or error.message[:200]
        WRONG.add(f"{method} {known}: {where}: {reasons}")
    return answer.get("data")


def everything(path):
    """The value of `opt_fields` that asks for every field the specification lists for a path."""
    operation = SPEC["paths"][template(path.split("?")[0])]["get"]
    for parameter in map(resolve, operation.get("parameters", [])):
        if parameter["name"] == "opt_fields":
            return ",".join(map(str, parameter["schema"]["items"]["enum"]))
    return None


def read(path, pages=True):
    """Reads plainly, in pages, and with every field there is."""
    joined = "&" if "?" in path else "?"
    data = ask("GET", path)
    if isinstance(data, list) and pages:
        ask("GET", f"{path}{joined}limit=1")
    if fields := everything(path):
        ask("GET", f"{path}{joined}opt_fields={fields}")
    return data


def read_account():
    me = read("/users/me")
    workspace = read("/workspaces")[0]["gid"]
    read(f"/workspaces/{workspace}")
    read(f"/users?workspace={workspace}")
    for path in ("users", "projects", "teams", "tags", "custom_fields", "workspace_memberships"):
        # What cannot be given in pages has no `limit` in the document either.
        read(f"/workspaces/{workspace}/{path}", pages=path != "users")
    read(f"/users/me/team_memberships?workspace={workspace}")
    read(f"/users/me/teams?organization={workspace}")
    listed = read(f"/users/me/user_task_list?workspace={workspace}")
    read(f"/user_task_lists/{listed['gid']}/tasks")
    for team in ask("GET", f"/workspaces/{workspace}/teams"):
        for path in ("", "/team_memberships", "/projects", "/custom_field_settings"):
            read(f"/teams/{team['gid']}{path}", pages=path != "/custom_field_settings")
    for path in (f"/project_templates?workspace={workspace}", f"/portfolios?workspace={workspace}&owner=me",
                 f"/goals?workspace={workspace}"):
        for record in read(path):
            read(f"{path.split('?')[0]}/{record['gid']}")
    for portfolio in ask("GET", f"/portfolios?workspace={workspace}&owner=me"):
        read(f"/portfolios/{portfolio['gid']}/items")
    for field in ask("GET", f"/workspaces/{workspace}/custom_fields"):
        read(f"/custom_fields/{field['gid']}")
    for tag in ask("GET", f"/workspaces/{workspace}/tags"):
        read(f"/tags/{tag['gid']}")
        read(f"/tags/{tag['gid']}/tasks")
    read(f"/workspaces/{workspace}/tasks/search?text=login", pages=False)
    for project in ask("GET", f"/workspaces/{workspace}/projects"):
        read_project(project["gid"])
    return workspace, me["gid"]


def read_project(project):
    record = read(f"/projects/{project}")
    for path in ("sections", "tasks", "custom_field_settings"):
        read(f"/projects/{project}/{path}")
    read(f"/projects/{project}/task_counts")
    for membership in read(f"/memberships?parent={project}"):
        read(f"/memberships/{membership['gid']}")
    for update in read(f"/status_updates?parent={project}"):
        read(f"/status_updates/{update['gid']}")
    if record["project_brief"]:
        read(f"/project_briefs/{record['project_brief']['gid']}")
    for template_record in read(f"/task_templates?project={project}"):
        read(f"/task_templates/{template_record['gid']}")
    read(f"/attachments?parent={project}")
    ask("GET", f"/events?resource={project}", status=412)
    for section in ask("GET", f"/projects/{project}/sections"):
        read(f"/sections/{section['gid']}")
        read(f"/sections/{section['gid']}/tasks")
    for task in ask("GET", f"/tasks?project={project}&modified_since=2020-01-01"):
        for path in ("", "/subtasks", "/stories", "/projects", "/tags", "/dependencies", "/dependents"):
            read(f"/tasks/{task['gid']}{path}")
        for story in ask("GET", f"/tasks/{task['gid']}/stories"):
            read(f"/stories/{story['gid']}")
        for attachment in read(f"/attachments?parent={task['gid']}"):
            read(f"/attachments/{attachment['gid']}")


def write(workspace, me):
    def post(path, data, status=201):
        return ask("POST", path, data, status)

    team = post("/teams", {"organization": workspace, "name": "Judged"})["gid"]
    post(f"/teams/{team}/addUser", {"user": me}, 200)
    ask("PUT", f"/teams/{team}", {"html_description": "<body>By the <em>book</em></body>"})
    project = post("/projects", {"workspace": workspace, "name": "Judged", "due_on": "2026-12-31"})["gid"]
    ask("PUT", f"/projects/{project}", {"color": "light-green", "notes": "Text"})
    membership = post("/memberships", {"parent": project, "member": team, "access_level": "editor"})["gid"]
    ask("PUT", f"/memberships/{membership}", {"access_level": "viewer"})
    section = post(f"/projects/{project}/sections", {"name": "Section"})["gid"]
    other = post(f"/projects/{project}/sections", {"name": "Other", "insert_before": section})["gid"]
    post(f"/projects/{project}/sections/insert", {"section": other, "after_section": section}, 200)
    ask("PUT", f"/sections/{other}", {"name": "Renamed"})
    field = post("/custom_fields", {
        "workspace": workspace, "name": "Judged", "resource_subtype": "enum", "enum_options": [{"name": "a"}],
    })
    option = post(f"/custom_fields/{field['gid']}/enum_options", {"name": "b", "color": "blue"})["gid"]
    first = field["enum_options"][0]["gid"]
    post(f"/custom_fields/{field['gid']}/enum_options/insert",
         {"enum_option": option, "before_enum_option": first}, 200)
    ask("PUT", f"/enum_options/{option}", {"enabled": False})
    post(f"/projects/{project}/addCustomFieldSetting", {"custom_field": field["gid"]}, 200)
    post(f"/projects/{project}/addCustomFieldSetting",
         {"custom_field": {"name": "Local", "resource_subtype": "number", "precision": 2}}, 200)
    tag = post("/tags", {"workspace": workspace, "name": "Judged", "color": "light-red"})["gid"]
    task = post("/tasks", {
        "name": "Task", "html_notes": "<body>Text</body>", "due_at": "2026-12-24T12:00:00Z", "tags": [tag],
        "memberships": [{"project": project, "section": section}], "custom_fields": {field["gid"]: first},
    })["gid"]
    before = post("/tasks", {"name": "Before", "projects": [project], "resource_subtype": "milestone"})["gid"]
    post(f"/tasks/{task}/subtasks", {"name": "Below"})
    post(f"/tasks/{before}/setParent", {"parent": task}, 200)
    post(f"/tasks/{task}/addDependencies", {"dependencies": [before]}, 200)
    post(f"/tasks/{before}/addProject", {"project": project, "section": section, "insert_before": task}, 200)
    post(f"/sections/{section}/addTask", {"task": before}, 200)
    post(f"/tasks/{task}/addFollowers", {"followers": [me]}, 200)
    post(f"/tasks/{task}/removeTag", {"tag": tag}, 200)
    ask("PUT", f"/tasks/{task}", {"completed": True})
    story = post(f"/tasks/{task}/stories", {"html_text": "<body>Hi <a data-asana-gid=\"" + me + "\"/></body>"})["gid"]
    ask("PUT", f"/stories/{story}", {"is_pinned": True})
    post("/status_updates", {"parent": project, "text": "Fine", "status_type": "on_track"})
    brief = post(f"/projects/{project}/project_briefs", {"title": "Brief", "html_text": "<body>Why</body>"})["gid"]
    ask("PUT", f"/project_briefs/{brief}", {"title": "Renamed"})
    post("/batch", {"actions": [{"method": "get", "relative_path": "/users/me"}]}, 200)
    job = post(f"/projects/{project}/duplicate", {"name": "Copy"})
    read(f"/jobs/{job['gid']}")
    read_project(project)
    read_project(job["new_project"]["gid"])
    for path in (f"/stories/{story}", f"/tasks/{task}", f"/tags/{tag}", f"/custom_fields/{field['gid']}",
                 f"/projects/{project}"):
        ask("DELETE", path)


write(*read_account())
ask("GET", "/tasks/1", status=404)
ask("POST", "/tasks", {"name": "nowhere"}, status=400)
if WRONG:
    sys.exit("\n".join(["answers that Asana's specification does not know:", *sorted(WRONG)]))
print("every answer fits Asana's specification")
