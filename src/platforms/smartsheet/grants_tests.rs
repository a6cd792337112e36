use serde_json::json;

use super::*;

/// What is seen by a person with these levels in a workspace and in a sheet of it.
fn seen(in_workspace: &str, in_sheet: &str, me: Value) -> Seen {
    let mut seen = Seen { me, ..Seen::default() };
    seen.workspaces.insert("w".to_owned(), json!({"id": "w", "accessLevel": in_workspace}));
    seen.sheets.insert("s".to_owned(), json!({"id": "s", "accessLevel": in_sheet}));
    let place = crate::platforms::smartsheet::connector::Place { workspace: "w".to_owned(), folder: None };
    seen.places.insert("s".to_owned(), place);
    seen.groups.push(json!({"id": "g", "ownerId": "owner"}));
    seen
}

fn me(admin: bool, group_admin: bool) -> Value {
    json!({"id": "me", "licensedSheetCreator": true, "admin": admin, "groupAdmin": group_admin})
}

fn may(grants: &Grants, place: &str, kind: Kind, verb: Verb) -> Option<bool> {
    match grants.get(Some(&place.into()), kind, verb) {
        Grant::Allowed => Some(true),
        Grant::Denied(_) => Some(false),
        Grant::Unknown => None,
    }
}

#[test]
fn each_level_permits_what_the_documents_say() {
    // Level, rows, settings, columns, shares, deletion.
    let table = [
        ("OWNER", true, true, true, true, true),
        ("ADMIN", true, true, true, true, false),
        ("EDITOR_SHARE", true, false, false, true, false),
        ("EDITOR", true, false, false, false, false),
        ("COMMENTER", false, false, false, false, false),
        ("VIEWER", false, false, false, false, false),
    ];
    for (level, rows, settings, columns, shares, delete) in table {
        let grants = grants(&seen("VIEWER", level, me(false, false)));
        let found = [
            may(&grants, "s", Kind::Item, Verb::Create),
            may(&grants, "s", Kind::Container, Verb::Update),
            may(&grants, "s", Kind::FieldDef, Verb::Create),
            may(&grants, "s", Kind::Member, Verb::Create),
            may(&grants, "s", Kind::Container, Verb::Delete),
        ];
        assert_eq!(found, [rows, settings, columns, shares, delete].map(Some), "{level}");
    }
}

#[test]
fn locks_hold_for_all_below_an_admin() {
    for (level, hold) in [("OWNER", false), ("ADMIN", false), ("EDITOR_SHARE", true), ("EDITOR", true)] {
        let grants = grants(&seen("VIEWER", level, me(false, false)));
        assert_eq!(grants.locks.contains_key(&"s".into()), hold, "{level}");
    }
}

#[test]
fn an_admin_of_the_workspace_may_create_and_delete_sheets_in_it() {
    for (level, can) in [("OWNER", true), ("ADMIN", true), ("EDITOR_SHARE", false), ("VIEWER", false)] {
        let grants = grants(&seen(level, "VIEWER", me(false, false)));
        assert_eq!(may(&grants, "w", Kind::Container, Verb::Create), Some(can), "{level}");
        assert_eq!(may(&grants, "s", Kind::Container, Verb::Delete), Some(can), "{level}");
    }
}

#[test]
fn groups_need_a_group_admin_and_foreign_ones_a_system_admin() {
    for (admin, group_admin, create, change) in
        [(false, false, false, false), (false, true, true, false), (true, false, true, true)]
    {
        let grants = grants(&seen("OWNER", "OWNER", me(admin, group_admin)));
        assert_eq!(may(&grants, HOME, Kind::Group, Verb::Create), Some(create));
        assert_eq!(may(&grants, "g", Kind::Group, Verb::Update), Some(change));
    }
}

#[test]
fn the_sheets_folder_takes_sheets_and_never_changes() {
    let grants = grants(&seen("OWNER", "OWNER", me(true, true)));
    assert_eq!(may(&grants, HOME, Kind::Container, Verb::Create), Some(true));
    assert_eq!(may(&grants, HOME, Kind::Workspace, Verb::Update), Some(false));
    assert_eq!(may(&grants, HOME, Kind::WorkspaceMember, Verb::Create), Some(false), "users are inventory");
}

#[test]
fn without_a_licence_nothing_can_be_created() {
    let unlicensed = json!({"id": "me", "licensedSheetCreator": false});
    let grants = grants(&seen("OWNER", "OWNER", unlicensed));
    for place in [HOME, "w"] {
        assert_eq!(may(&grants, place, Kind::Container, Verb::Create), Some(false), "{place}");
    }
    assert_eq!(may(&grants, "s", Kind::Item, Verb::Create), Some(true));
}
