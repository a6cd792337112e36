use std::collections::BTreeMap;

use serde_json::json;

use super::*;

/// The rights of a person with these parts in a workspace and in a board of it.
fn rights(in_workspace: Option<&str>, in_board: Option<&str>, prefs: Value, board_prefs: &Value) -> Grants {
    let membership = |part: Option<&str>| {
        part.map(|part| json!({"idMember": "me", "memberType": part})).into_iter().collect::<Vec<_>>()
    };
    let members = membership(in_workspace).into_iter().filter_map(|m| m.as_object().cloned()).collect();
    let native = Map::from_iter([("prefs".to_owned(), prefs)]);
    let workspace = Workspace { native, members, boards: vec![], fault: None };
    let board = json!({"id": "b", "idOrganization": "w", "memberships": membership(in_board), "prefs": board_prefs});
    let seen = Seen {
        me: Map::from_iter([("id".to_owned(), json!("me"))]),
        workspaces: BTreeMap::from([("w".to_owned(), workspace)]),
        boards: BTreeMap::from([("b".to_owned(), board)]),
    };
    grants(&seen, false)
}

fn may(grants: &Grants, place: &str, kind: Kind, verb: Verb) -> Option<bool> {
    match grants.get(Some(&place.into()), kind, verb) {
        Grant::Allowed => Some(true),
        Grant::Denied(_) => Some(false),
        Grant::Unknown => None,
    }
}

#[test]
fn a_guest_creates_no_board_beside_the_one_they_are_on() {
    let board = json!({"id": "b", "idOrganization": "unseen", "memberships": [], "prefs": {}});
    let seen = Seen {
        me: Map::from_iter([("id".to_owned(), json!("me"))]),
        workspaces: BTreeMap::new(),
        boards: BTreeMap::from([("b".to_owned(), board)]),
    };
    let grants = grants(&seen, false);
    assert_eq!(may(&grants, "unseen", Kind::Container, Verb::Create), Some(false));
    assert_eq!(grants.get(None, Kind::Container, Verb::Create), Grant::Allowed);
}

#[test]
fn a_board_admin_may_everything_and_delete_as_workspace_member() {
    let grants = rights(Some("normal"), Some("admin"), json!({}), &json!({"permissionLevel": "org"}));
    for kind in [Kind::Container, Kind::Member, Kind::Item] {
        assert_eq!(may(&grants, "b", kind, Verb::Update), Some(true), "{kind}");
    }
    assert_eq!(may(&grants, "b", Kind::Container, Verb::Delete), Some(true));
}

#[test]
fn a_board_member_may_write_content_but_no_settings_and_no_roles() {
    let grants = rights(Some("normal"), Some("normal"), json!({}), &json!({"invitations": "members"}));
    assert_eq!(may(&grants, "b", Kind::Item, Verb::Create), Some(true));
    assert_eq!(may(&grants, "b", Kind::Member, Verb::Create), Some(true));
    assert_eq!(may(&grants, "b", Kind::Member, Verb::Update), Some(false));
    assert_eq!(may(&grants, "b", Kind::Container, Verb::Update), Some(false));
    assert_eq!(may(&grants, "b", Kind::Container, Verb::Delete), Some(false));
    let closed = rights(Some("normal"), Some("normal"), json!({}), &json!({"invitations": "admins"}));
    assert_eq!(may(&closed, "b", Kind::Member, Verb::Create), Some(false));
}

#[test]
fn observers_and_strangers_may_nothing() {
    for (in_workspace, in_board) in [(Some("normal"), Some("observer")), (None, None), (Some("normal"), None)] {
        let grants = rights(in_workspace, in_board, json!({}), &json!({}));
        assert_eq!(may(&grants, "b", Kind::Item, Verb::Create), Some(false), "{in_workspace:?} {in_board:?}");
    }
}

#[test]
fn a_workspace_admin_may_delete_boards_unless_the_workspace_forbids_it() {
    let grants = rights(Some("admin"), None, json!({}), &json!({"permissionLevel": "org"}));
    assert_eq!(may(&grants, "b", Kind::Container, Verb::Delete), Some(true));
    assert_eq!(may(&grants, "b", Kind::Item, Verb::Create), None, "nothing tells");
    let forbidden = json!({"boardDeleteRestrict": {"org": "none"}});
    let grants = rights(Some("admin"), None, forbidden, &json!({"permissionLevel": "org"}));
    assert_eq!(may(&grants, "b", Kind::Container, Verb::Delete), Some(false));
}

#[test]
fn workspaces_are_changed_by_admins_and_boards_created_as_the_workspace_says() {
    let admin = rights(Some("admin"), None, json!({}), &json!({}));
    assert_eq!(may(&admin, "w", Kind::WorkspaceMember, Verb::Create), Some(true));
    let restrict =
        |value: &str| json!({"boardVisibilityRestrict": {"private": value, "org": value, "public": value}});
    for (prefs, create) in [(json!({}), true), (restrict("org"), true), (restrict("admin"), false)] {
        let normal = rights(Some("normal"), None, prefs, &json!({}));
        assert_eq!(may(&normal, "w", Kind::Container, Verb::Create), Some(create));
        assert_eq!(may(&normal, "w", Kind::Workspace, Verb::Update), Some(false));
    }
}

#[test]
fn a_deactivated_membership_is_none_and_a_read_only_token_forbids_all() {
    let membership = json!({"idMember": "me", "memberType": "admin", "deactivated": true});
    assert_eq!(Part::of("me", membership.as_object()), Part::None);
    let seen = Seen { me: Map::new(), workspaces: BTreeMap::new(), boards: BTreeMap::new() };
    let grants = grants(&seen, true);
    assert!(matches!(grants.get(None, Kind::Container, Verb::Create), Grant::Denied(_)));
}
