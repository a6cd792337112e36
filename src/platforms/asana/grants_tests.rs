use serde_json::json;

use super::*;
use crate::platforms::asana::discover::Access;

fn seen(member: &Value, project: &Value, access: Option<&str>) -> Seen {
    let workspace = Workspace {
        native: json!({"gid": "9", "is_organization": true}),
        members: vec![member.clone()],
        projects: vec![project.clone()],
        access: access.map(|level| ("20".to_owned(), by_itself(level))).into_iter().collect(),
        paid: Some(true),
        ..Workspace::default()
    };
    Seen { me: json!({"gid": "5"}).as_object().cloned().unwrap(), workspaces: vec![workspace] }
}

fn by_itself(level: &str) -> Access {
    Access { own: Some(level.to_owned()), ..Access::default() }
}

fn member(field: &str) -> Value {
    let mut member = json!({"user": {"gid": "5"}, "is_active": true});
    member[field] = json!(true);
    member
}

fn project() -> Value {
    json!({"gid": "20", "default_access_level": "editor", "minimum_access_level_for_customization": "admin",
        "minimum_access_level_for_sharing": "admin"})
}

/// What the account may do in the project: `+` yes, `-` no, `?` not known.
fn told(seen: &Seen, what: &[(Kind, Verb)]) -> String {
    let grants = grants(seen);
    let told = |(kind, verb): &(Kind, Verb)| match grants.get(Some(&"20".into()), *kind, *verb) {
        Grant::Allowed => '+',
        Grant::Denied(_) => '-',
        Grant::Unknown => '?',
    };
    what.iter().map(told).collect()
}

const WHAT: &[(Kind, Verb)] = &[
    (Kind::Container, Verb::Update),
    (Kind::Container, Verb::Delete),
    (Kind::Member, Verb::Create),
    (Kind::FieldDef, Verb::Create),
    (Kind::Item, Verb::Create),
    (Kind::Comment, Verb::Create),
];

#[test]
fn each_level_may_what_the_project_lets_it() {
    for (level, expected) in [
        (Some("admin"), "++++++"),
        (Some("editor"), "----++"),
        (Some("commenter"), "-----+"),
        (Some("viewer"), "------"),
        (None, "----??"),
    ] {
        assert_eq!(told(&seen(&member("is_admin"), &project(), level), WHAT), expected, "{level:?}");
    }
}

#[test]
fn the_most_that_membership_teams_and_openness_give_counts() {
    let told_of = |access: Access, privacy: &str, role: &str| {
        let mut project = project();
        project["default_access_level"] = json!("commenter");
        project["privacy_setting"] = json!(privacy);
        let mut seen = seen(&member(role), &project, None);
        seen.workspaces[0].access.insert("20".to_owned(), access);
        told(&seen, WHAT)
    };
    let access = |own: Option<&str>, team: &[&str]| Access {
        own: own.map(str::to_owned),
        by_teams: team.iter().map(|level| (*level).to_owned()).collect(),
    };
    let (open, closed) = ("public_to_workspace", "private");
    assert_eq!(told_of(access(Some("viewer"), &["editor", "commenter"]), closed, "is_admin"), "----++");
    assert_eq!(told_of(access(Some("editor"), &["viewer"]), closed, "is_admin"), "----++");
    assert_eq!(told_of(access(Some("viewer"), &[]), open, "is_admin"), "-----+");
    assert_eq!(told_of(access(None, &[]), open, "is_admin"), "-----+");
    assert_eq!(told_of(access(Some("viewer"), &[]), open, "is_guest"), "------");
}

#[test]
fn guests_change_no_custom_fields() {
    let seen = seen(&member("is_guest"), &json!({"gid": "20"}), Some("editor"));
    let what = [
        (Kind::FieldOption, Verb::Create),
        (Kind::FieldOption, Verb::Update),
        (Kind::FieldDef, Verb::Update),
        (Kind::FieldDef, Verb::Create),
    ];
    assert_eq!(told(&seen, &what), "---+");
}

#[test]
fn nobody_writes_with_a_view_only_licence_or_after_leaving() {
    assert_eq!(told(&seen(&member("is_view_only"), &project(), Some("admin")), WHAT), "------");
    let mut left = member("is_admin");
    left["is_active"] = json!(false);
    assert_eq!(told(&seen(&left, &project(), Some("admin")), WHAT), "------");
}

#[test]
fn a_free_plan_has_no_custom_fields() {
    let mut seen = seen(&member("is_admin"), &project(), Some("admin"));
    seen.workspaces[0].paid = Some(false);
    assert_eq!(told(&seen, WHAT), "+++-++");
}

#[test]
fn members_create_projects_and_guests_do_not() {
    let create = |member: &Value| {
        grants(&seen(member, &project(), None)).get(Some(&"9".into()), Kind::Container, Verb::Create)
    };
    assert_eq!(create(&member("is_admin")), Grant::Allowed);
    assert!(matches!(create(&member("is_guest")), Grant::Denied(_)));
    assert_eq!(create(&json!({"user": {"gid": "6"}})), Grant::Unknown);
}

#[test]
fn a_team_is_changed_by_those_whom_it_lets() {
    let team = |own: Value| {
        let native = json!({"gid": "70", "edit_team_name_or_description_access_level": "only_team_admins",
            "member_invite_management_access_level": "all_team_members"});
        let mut seen = seen(&member("is_admin"), &project(), None);
        seen.workspaces[0].teams = vec![Team { native, members: vec![own], unread: None }];
        let grants = grants(&seen);
        [(Kind::Group, Verb::Update), (Kind::GroupMember, Verb::Create)]
            .map(|(kind, verb)| grants.get(Some(&"70".into()), kind, verb) == Grant::Allowed)
    };
    assert_eq!(team(json!({"user": {"gid": "5"}, "is_admin": true})), [true, true]);
    assert_eq!(team(json!({"user": {"gid": "5"}, "is_admin": false})), [false, true]);
    assert_eq!(team(json!({"user": {"gid": "6"}})), [false, false]);
}
