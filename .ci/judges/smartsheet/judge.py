"""smartsheet-python-sdk reads and writes a workspace in the sandbox."""

import os
import sys
import tempfile

import requests
import smartsheet
from smartsheet import models

BASE_URL, TOKEN = sys.argv[1:3]
client = smartsheet.Smartsheet(access_token=TOKEN, api_base=BASE_URL)
client.errors_as_exceptions(True)


def done(result):
    assert result.message == "SUCCESS", result
    return result.result


def download(sheet, attachment):
    """The address of a file is good without a credential, and with one it is not."""
    about = client.Attachments.get_attachment(sheet, attachment)
    assert requests.get(about.url, headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 400
    answer = requests.get(about.url)
    assert answer.status_code == 200
    return answer.content


def walk(kind, container):
    """Everything below a workspace or folder; token pages are followed to the end."""
    children = {"workspace": client.Workspaces.get_workspace_children, "folder": client.Folders.get_folder_children}
    last_key = None
    while True:
        page = children[kind](container, last_key=last_key, max_items=100)
        for child in page.data:
            yield child
            if isinstance(child, models.Folder):
                yield from walk("folder", child.id)
        last_key = page.last_key
        if not last_key:
            return


def read():
    me = client.Users.get_current_user()
    assert me.email == "ada@acme.example"
    users = client.Users.list_users(include_all=True)
    assert me.email in {user.email for user in users.data}
    for group in client.Groups.list_groups(include_all=True).data:
        assert client.Groups.get_group(group.id).name == group.name
    workspaces = client.Workspaces.list_workspaces(max_items=100).data
    assert workspaces
    for workspace in workspaces:
        client.Workspaces.get_workspace_metadata(workspace.id)
        found = list(walk("workspace", workspace.id))
        assert found, workspace
    listed = client.Sheets.list_sheets(include="sheetVersion,source", include_all=True).data
    paged = []
    page = client.Sheets.list_sheets(page=1, page_size=2)
    for number in range(1, page.total_pages + 1):
        paged += client.Sheets.list_sheets(page=number, page_size=2).data
    assert [sheet.id for sheet in paged] == [sheet.id for sheet in listed]
    for item in listed:
        read_sheet(item)
    for report in client.Reports.list_reports(include_all=True).data:
        assert client.Reports.get_report(report.id).name == report.name
    for sight in client.Sights.list_sights().data:
        assert client.Sights.get_sight(sight.id).name == sight.name


def read_sheet(item):
    include = "attachments,discussions,objectValue,format,columnType,crossSheetReferences,filters,ownerInfo,writerInfo,source"
    sheet = client.Sheets.get_sheet(item.id, include=include, level=2)
    assert len(sheet.rows) == sheet.total_row_count and sheet.version == item.version
    discussions = client.Discussions.get_all_discussions(item.id, include="comments,attachments", include_all=True)
    for discussion in discussions.data:
        assert len(discussion.comments) == discussion.comment_count
    for attachment in client.Attachments.list_all_attachments(item.id, include_all=True).data:
        if attachment.attachment_type == "FILE":
            assert len(download(item.id, attachment.id)) > 0
    client.Sheets.get_sheet_summary(item.id)
    client.Sheets.get_publish_status(item.id)
    client.Sheets.list_automation_rules(item.id, include_all=True)
    client.Sheets.list_cross_sheet_references(item.id, include_all=True)
    client.Sharing.list_asset_shares("sheet", item.id)
    assert client.Sheets.get_sheet_version(item.id).version == item.version
    for row in sheet.rows[:1]:
        assert client.Sheets.get_row(item.id, row.id).id == row.id


def write():
    workspace = done(client.Workspaces.create_workspace(models.Workspace({"name": "Judged by the Python SDK"})))
    folder = done(client.Workspaces.create_folder_in_workspace(workspace.id, "Folder"))
    done(client.Folders.create_folder_in_folder(folder.id, "Inner"))
    columns = [
        {"title": "Task", "type": "TEXT_NUMBER", "primary": True},
        {"title": "Status", "type": "PICKLIST", "options": ["Open", "Done"]},
        {"title": "Tags", "type": "MULTI_PICKLIST", "options": ["a", "b"]},
        {"title": "Due", "type": "DATE"},
    ]
    sheet = done(client.Folders.create_sheet_in_folder(folder.id, models.Sheet({"name": "Sheet", "columns": columns})))
    task, status, tags, due = [column.id for column in sheet.columns]
    done(client.Sheets.update_column(sheet.id, status, models.Column({"validation": True})))
    added = done(client.Sheets.add_columns(sheet.id, [models.Column({"title": "Notes", "type": "TEXT_NUMBER", "index": 4})]))
    notes = added[0].id

    def row(cells, **location):
        made = models.Row({"cells": cells})
        for name, value in location.items():
            setattr(made, name, value)
        return made

    top = done(client.Sheets.add_rows(sheet.id, [
        row([{"columnId": task, "value": "first"}, {"columnId": status, "value": "Open"}], to_bottom=True),
        row([{"columnId": task, "value": "second"}, {"columnId": due, "value": "2026-12-24"}], to_bottom=True),
    ]))
    below = done(client.Sheets.add_rows(sheet.id, [row(
        [{"columnId": task, "value": "below"},
         {"columnId": tags, "objectValue": {"objectType": "MULTI_PICKLIST", "values": ["a", "b"]}}],
        parent_id=top[0].id, to_bottom=True)]))
    change = models.Row({"id": top[1].id, "cells": [{"columnId": notes, "formula": "=1+1"}]})
    done(client.Sheets.update_rows(sheet.id, [change]))
    discussion = done(client.Discussions.create_discussion_on_row(
        sheet.id, top[0].id, models.Discussion({"comment": models.Comment({"text": "Comment"})})))
    done(client.Discussions.add_comment_to_discussion(sheet.id, discussion.id, models.Comment({"text": "Reply"})))
    with tempfile.TemporaryDirectory() as place:
        path = os.path.join(place, "file ä.txt")
        with open(path, "wb") as file:
            file.write(b"bytes")
        with open(path, "rb") as file:
            attached = done(client.Attachments.attach_file_to_row(
                sheet.id, below[0].id, ("file ä.txt", file, "text/plain")))
    assert download(sheet.id, attached.id) == b"bytes"
    done(client.Attachments.attach_url_to_sheet(sheet.id, models.Attachment(
        {"name": "Link", "attachmentType": "LINK", "url": "https://example.org"})))
    fields = done(client.Sheets.add_sheet_summary_fields(sheet.id, [models.SummaryField({"title": "Motto", "type": "TEXT_NUMBER"})]))
    with tempfile.TemporaryDirectory() as place:
        path = os.path.join(place, "picture.png")
        with open(path, "wb") as file:
            file.write(b"png")
        done(client.Sheets.add_sheet_summary_field_image(sheet.id, fields[0].id, path, "image/png", "Our motto"))
    image = client.Sheets.get_sheet_summary(sheet.id).fields[0].image
    assert image.alt_text == "Our motto"
    address = client.Images.get_image_urls([models.ImageUrl({"imageId": image.id})]).image_urls[0].url
    assert requests.get(address).content == b"png"

    again = client.Sheets.get_sheet(sheet.id, include="objectValue,attachments,discussions", level=2)
    assert [row.cells[0].value for row in again.rows] == ["first", "below", "second"]
    assert again.rows[1].parent_id == top[0].id
    assert again.rows[1].attachments[0].name == "file ä.txt"
    assert [column.title for column in again.columns] == ["Task", "Status", "Tags", "Due", "Notes"]
    words = client.Discussions.get_discussion(sheet.id, discussion.id).comments
    assert [comment.text for comment in words] == ["Comment", "Reply"]
    try:
        client.Sheets.add_rows(sheet.id, [row([{"columnId": status, "value": "Lost"}], to_bottom=True)])
        raise AssertionError("a value outside of the list was taken")
    except smartsheet.exceptions.ApiError as error:
        assert error.error.result.error_code == 1042
    client.Sheets.delete_rows(sheet.id, [top[0].id])
    assert client.Sheets.get_sheet(sheet.id).total_row_count == 1
    client.Sheets.delete_sheet(sheet.id)
    client.Workspaces.delete_workspace(workspace.id)


read()
write()
print("smartsheet-python-sdk 4.4.0 read and wrote without an error")
