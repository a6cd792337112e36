"""The Python client of Asana reads and writes a project in the sandbox."""

import sys
import tempfile
from pathlib import Path

import asana

BASE_URL, TOKEN = sys.argv[1:3]

configuration = asana.Configuration()
configuration.host = BASE_URL
configuration.access_token = TOKEN
client = asana.ApiClient(configuration)
workspaces, users, teams = asana.WorkspacesApi(client), asana.UsersApi(client), asana.TeamsApi(client)
projects, memberships, sections = asana.ProjectsApi(client), asana.MembershipsApi(client), asana.SectionsApi(client)
tasks, stories, attachments = asana.TasksApi(client), asana.StoriesApi(client), asana.AttachmentsApi(client)
fields, settings = asana.CustomFieldsApi(client), asana.CustomFieldSettingsApi(client)
tags, updates, events = asana.TagsApi(client), asana.StatusUpdatesApi(client), asana.EventsApi(client)

TASK_FIELDS = "name,html_notes,num_subtasks,memberships.section,custom_fields.display_value"


def in_pairs(fields):
    """Options for pages of two. A dictionary serves one list: the client keeps the offset in it."""
    return {"opt_fields": fields, "limit": 2}


def read():
    me = users.get_user("me", {})
    workspace = me["workspaces"][0]["gid"]
    assert list(users.get_users({"workspace": workspace, "limit": 2, "opt_fields": "email"}))[0]["email"]
    assert list(asana.WorkspaceMembershipsApi(client).get_workspace_memberships_for_workspace(workspace, {}))
    assert list(fields.get_custom_fields_for_workspace(workspace, {"limit": 100}))
    for team in teams.get_teams_for_workspace(workspace, {"limit": 100}):
        assert list(asana.TeamMembershipsApi(client).get_team_memberships_for_team(team["gid"], {}))
    for project in projects.get_projects_for_workspace(workspace, {"limit": 2}):
        projects.get_project(project["gid"], {"opt_fields": "name,html_notes,members.name,custom_field_settings"})
        assert list(memberships.get_memberships({"parent": project["gid"]}))
        assert list(sections.get_sections_for_project(project["gid"], {"limit": 1}))
        list(settings.get_custom_field_settings_for_project(project["gid"], {"limit": 100}))
        list(updates.get_statuses_for_object(project["gid"], {"limit": 100}))
        paged = list(tasks.get_tasks_for_project(project["gid"], in_pairs(TASK_FIELDS)))
        assert [task["gid"] for task in paged] == [task["gid"] for task in tasks.get_tasks_for_project(project["gid"], {})]
        for task in paged:
            read_task(task)
    return workspace


def read_task(task):
    list(stories.get_stories_for_task(task["gid"], in_pairs("html_text,type,created_by.name")))
    for attachment in attachments.get_attachments_for_object(task["gid"], {"limit": 100}):
        assert attachments.get_attachment(attachment["gid"], {})["host"]
    below = list(tasks.get_subtasks_for_task(task["gid"], in_pairs(TASK_FIELDS)))
    assert len(below) == task["num_subtasks"]
    for subtask in below:
        read_task(subtask)


def write(workspace):
    project = projects.create_project({"data": {"name": "Judged by Python", "workspace": workspace}}, {})["gid"]
    todo = sections.create_section_for_project(project, {"body": {"data": {"name": "To do"}}})["gid"]
    field = fields.create_custom_field({"data": {
        "workspace": workspace, "name": "Python", "resource_subtype": "enum",
        "enum_options": [{"name": "one", "color": "red"}, {"name": "two"}],
    }}, {})
    projects.add_custom_field_setting_for_project({"data": {"custom_field": field["gid"]}}, project, {})
    tag = tags.create_tag({"data": {"workspace": workspace, "name": "judged"}}, {})["gid"]
    task = tasks.create_task({"data": {
        "name": "Task", "html_notes": "<body>Some <strong>text</strong></body>", "assignee": "me",
        "memberships": [{"project": project, "section": todo}], "tags": [tag],
        "custom_fields": {field["gid"]: field["enum_options"][0]["gid"]},
    }}, {})["gid"]
    other = tasks.create_task({"data": {"name": "Other", "projects": [project]}}, {})["gid"]
    tasks.add_dependencies_for_task({"data": {"dependencies": [other]}}, task)
    sections.add_task_for_section(todo, {"body": {"data": {"task": other, "insert_after": task}}})
    tasks.create_subtask_for_task({"data": {"name": "Below"}}, task, {})
    stories.create_story_for_task({"data": {"text": "Comment"}}, task, {})
    updates.create_status_for_object({"data": {"parent": project, "text": "Fine", "status_type": "on_track"}}, {})
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "file.txt")
        file.write_text("bytes")
        attachments.create_attachment_for_object({"parent": task, "file": str(file)})
    tasks.update_task({"data": {"name": "Renamed", "completed": True}}, task, {})

    again = tasks.get_task(task, {"opt_fields": "name,completed,custom_fields.enum_value.name,num_subtasks,tags"})
    assert (again["name"], again["completed"], again["num_subtasks"]) == ("Renamed", True, 1)
    assert again["custom_fields"][0]["enum_value"]["name"] == "one" and again["tags"][0]["gid"] == tag
    order = [task["gid"] for task in tasks.get_tasks_for_section(todo, {"limit": 1})]
    assert order == [task, other], order
    said = list(stories.get_stories_for_task(task, {"limit": 1, "opt_fields": "type,text"}))
    assert [story["text"] for story in said if story["type"] == "comment"] == ["Comment"]
    assert [file["name"] for file in attachments.get_attachments_for_object(task, {})] == ["file.txt"]
    tasks.delete_task(other)
    fields.delete_custom_field(field["gid"])
    tags.delete_tag(tag)
    projects.delete_project(project)


write(read())
print("asana 5.4.0 for Python read and wrote without an error")
