"""Where the vendors' documents are known to be wrong or incomplete, each with the reason to think so.

A line is a fault as it is printed; `*` stands for anything. A line that nothing hits is an error: it would hide
what comes later.
"""

DEVIATIONS = {
    "trello": {
        "nested resources: a board, member or workspace brings what belongs to it along when asked to; the guide "
        "of the API describes these parameters for all of them, the document for a few": [
            "GET /boards/{id}: ?actions_limit is not declared",
            "GET /boards/{id}: ?boardPlugins is not declared",
            "GET /boards/{id}: ?card_attachment_fields is not declared",
            "GET /boards/{id}: ?card_attachments is not declared",
            "GET /boards/{id}: ?card_customFieldItems is not declared",
            "GET /boards/{id}: ?card_fields is not declared",
            "GET /boards/{id}: ?card_stickers is not declared",
            "GET /boards/{id}: ?checkItem_fields is not declared",
            "GET /boards/{id}: ?labels_limit is not declared",
            "GET /boards/{id}: ?list_fields is not declared",
            "GET /members/{id}: ?board_fields is not declared",
            "GET /organizations/{id}: ?board_fields is not declared",
            "GET /organizations/{id}: ?boards is not declared",
            "GET /organizations/{id}: ?fields is not declared",
            "GET /organizations/{id}: ?member_fields is not declared",
            "GET /organizations/{id}: ?members is not declared",
            "GET /organizations/{id}: ?memberships is not declared",
        ],
        "lists of cards and labels take the parameters of all lists, and those of nested resources": [
            "GET /boards/{id}/cards/{filter}: ?attachment_fields is not declared",
            "GET /boards/{id}/cards/{filter}: ?attachments is not declared",
            "GET /boards/{id}/cards/{filter}: ?checkItem_fields is not declared",
            "GET /boards/{id}/cards/{filter}: ?checklists is not declared",
            "GET /boards/{id}/cards/{filter}: ?customFieldItems is not declared",
            "GET /boards/{id}/cards/{filter}: ?fields is not declared",
            "GET /boards/{id}/cards/{filter}: ?limit is not declared",
            "GET /boards/{id}/cards/{filter}: ?pluginData is not declared",
            "GET /boards/{id}/cards/{filter}: ?stickers is not declared",
        ],
        "`all` and lists of names are what the document itself gives as defaults of these enumerations": [
            "GET /members/{id}: ?fields is not declared to take all",
            "GET /members/{id}: ?fields is not declared to take fullName",
            "GET /members/{id}: ?fields is not declared to take username",
            "GET /members/{id}: ?organization_fields is not declared to take all",
            "GET /tokens/{token}: ?fields is not declared to take all",
        ],
        "bytes of an attachment come from a route that the guide describes and the document does not": [
            "GET /cards/*/attachments/*/download/*: is not in the specification",
        ],
        "the body of a new option has its record's fields; the document leaves it out": [
            "POST /customFields/{id}/options: body.color is not declared",
            "POST /customFields/{id}/options: body.pos is not declared",
            "POST /customFields/{id}/options: body.value is not declared",
        ],
        "colours newer than the document's six have a name on a board as well": [
            "PUT /boards/{id}: body.labelNames/green is not declared",
            "PUT /boards/{id}: body.labelNames/red is not declared",
        ],
        "the pattern wants 32 digits where every other id of the API has 24": [
            "PUT /cards/{idCard}/customFields: body.customFieldItems[].idCustomField is not as declared*",
            "PUT /cards/{idCard}/customFields: body.customFieldItems[].idValue is not as declared*",
        ],
        "values of custom fields are texts, as the guide to custom fields shows and answers have them": [
            "PUT /cards/{idCard}/customFields: body.customFieldItems[].value.checked is not as declared*",
            "PUT /cards/{idCard}/customFields: body.customFieldItems[].value.number is not as declared*",
        ],
        "answers show these fields and take them back, and Trello's own client writes them": [
            "PUT /cards/{id}: body.dueReminder is not declared",
            "PUT /cards/{id}: body.isTemplate is not declared",
        ],
    },
    "asana": {
        "who wrote a task is a user like any other one; the document spells out two of the fields": [
            "GET /projects/{project_gid}/tasks: ?opt_fields is not declared to take created_by.name",
            "GET /sections/{section_gid}/tasks: ?opt_fields is not declared to take created_by.name",
            "GET /tasks/{task_gid}/subtasks: ?opt_fields is not declared to take created_by.name",
            "GET /tasks/{task_gid}: ?opt_fields is not declared to take created_by.name",
            "GET /tasks: ?opt_fields is not declared to take created_by.name",
            "GET /user_task_lists/{user_task_list_gid}/tasks: ?opt_fields is not declared to take created_by.name",
        ],
        "a search gives up to 100 tasks and says so in its description; the parameter is left out of the list": [
            "GET /workspaces/{workspace_gid}/tasks/search: ?limit is not declared",
        ],
        "a status update has a text or an HTML text; the document wants the plain one in any case": [
            "POST /status_updates: body.data is not as declared: 'text' is a required property",
        ],
        "a new task takes its projects and sections at once, as gids; the document has the answer's form": [
            "POST /tasks: body.data.memberships is declared as read-only",
            "POST /tasks: body.data.memberships[].project is not as declared*",
            "POST /tasks: body.data.memberships[].section is not as declared*",
        ],
    },
    "smartsheet": {
        "one share is told from another by what is shared, as in the list; written without parameters": [
            "DELETE /shares/{shareId}: ?assetId is not declared",
            "DELETE /shares/{shareId}: ?assetType is not declared",
        ],
        "the schema is that of answers: a new share has no id yet, and its type follows from whom it is for": [
            "POST /shares: body[] is not as declared: 'id' is a required property",
            "POST /shares: body[] is not as declared: 'type' is a required property",
        ],
        "reports are paged like all lists, and the vendor's clients send it; left out of this list only": [
            "GET /reports: ?includeAll is not declared",
        ],
        "what a report shows is told by routes of July 2026, which the vendor's newest clients have; the file is older": [
            "GET /reports/*/columns: is not in the specification",
            "GET /reports/*/definition: is not in the specification",
            "GET /reports/*/scope: is not in the specification",
        ],
        "dashboards come in pages by token since June 2026; what was removed is written down, what came is not": [
            "GET /sights: ?maxItems is not declared",
        ],
        "the part is called `file` in every client of the vendor; the document calls it `filename`": [
            "POST /sheets/{sheetId}/attachments: part file is not declared",
            "POST /sheets/{sheetId}/comments/{commentId}/attachments: part file is not declared",
            "POST /sheets/{sheetId}/rows/{rowId}/attachments: part file is not declared",
        ],
        "columns are added as a list, as the clients send them; the document has one column only": [
            "POST /sheets/{sheetId}/columns: body is not as declared*",
        ],
        "where a row goes is part of the text of the document and of its examples, and not of the schema": [
            "POST /sheets/{sheetId}/rows: body[].parentId is not declared",
            "POST /sheets/{sheetId}/rows: body[].toBottom is not declared",
            "PUT /sheets/{sheetId}/rows: body[].toTop is not declared",
        ],
        "a value without an object around it is what the field shows and takes": [
            "POST /sheets/{sheetId}/summary/fields: body[].objectValue is not as declared*",
        ],
        "a cell that is linked to another has null for its value, as the guide to cell links has it": [
            "PUT /sheets/{sheetId}/rows: body[].cells[].value is not as declared: None*",
        ],
    },
}
