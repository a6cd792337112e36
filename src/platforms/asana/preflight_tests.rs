use serde_json::json;

use super::*;
use crate::platforms::asana::preflight_restore::{MEMBERSHIP, PAID_PLAN};
use crate::http::testing::Scripted;
use crate::platforms::asana::testing::{asana, batch, data};

/// Everything that discovery asks of an organization with one team and one project. Without a level of its own the
/// account has what its team has.
fn answers(member: &Value, plan: u16, level: &str) -> Vec<crate::http::testing::Answer> {
    let list = |entries: &Value| (200, json!({"data": entries, "next_page": null}));
    let project = json!({"gid": "20", "name": "Secret", "privacy_setting": "private", "default_access_level": "editor",
        "minimum_access_level_for_sharing": "admin"});
    let team = json!({"gid": "70", "name": "Makers", "member_invite_management_access_level": "only_team_admins"});
    let one = |entries: &Value| crate::http::testing::Answer::json(200, &list(entries).1.to_string());
    let levels = match level {
        "" => json!([{"gid": "m", "access_level": "editor", "member": {"gid": "70"}}]),
        own => json!([{"gid": "m", "access_level": own, "member": {"gid": "5"}}]),
    };
    vec![
        data(&json!({"gid": "5", "name": "Ada", "email": "ada@x.org", "workspaces": [
            {"gid": "9", "name": "Acme", "is_organization": true}]})),
        batch(&[
            list(&json!([member])),
            list(&json!([project])),
            list(&json!([])),
            (402, json!({"errors": [{"message": "Payment Required"}]})),
            list(&json!([])),
            if plan == 200 { list(&json!([])) } else { (plan, json!({"errors": [{"message": "Payment Required"}]})) },
            list(&json!([team])),
        ]),
        one(&json!([{"user": {"gid": "5"}, "is_admin": false}])),
        one(&levels),
        data(&json!([])),
        data(&json!([])),
    ]
}

async fn checked(member: &Value, plan: u16, level: &str, purpose: Purpose) -> Vec<Requirement> {
    let scripted = Scripted::new(answers(member, plan, level));
    preflight(&asana(&scripted), purpose).await.unwrap()
}

fn met<'a>(lines: &'a [Requirement], requirement: &str) -> &'a Grant {
    &lines.iter().find(|line| line.requirement.starts_with(requirement)).unwrap().met
}

fn member(field: &str, value: bool) -> Value {
    let mut member = json!({"user": {"gid": "5"}, "is_active": true, "is_guest": false, "is_admin": false});
    member[field] = json!(value);
    member
}

#[tokio::test]
async fn a_member_of_everything_meets_every_requirement_but_what_only_admins_may() {
    let lines = checked(&member("is_admin", true), 200, "admin", Purpose::Restore).await;
    let open: Vec<&str> =
        lines.iter().filter(|line| line.met != Grant::Allowed).map(|line| line.requirement.as_str()).collect();
    assert_eq!(open, ["Add users to teams: a member of the team"]);
    assert_eq!(lines.len(), 19);
}

#[tokio::test]
async fn a_backup_asks_for_less() {
    let lines = checked(&member("is_guest", true), 402, "viewer", Purpose::Backup).await;
    assert!(lines.iter().all(|line| line.met == Grant::Allowed), "{lines:?}");
    assert!(lines.last().unwrap().detail.contains("150"));
}

#[tokio::test]
async fn what_is_missing_for_a_restore_is_named() {
    let denied = |grant: &Grant, word: &str| matches!(grant, Grant::Denied(why) if why.contains(word));
    let guest = checked(&member("is_guest", true), 200, "editor", Purpose::Restore).await;
    assert!(denied(met(&guest, "The account is active"), "guest"));
    assert!(denied(met(&guest, "Create projects"), "guest"));
    assert!(denied(met(&guest, "Create private projects"), "guest"));
    assert!(denied(met(&guest, "Add users to project"), "admin"));
    assert_eq!(met(&guest, "Create and update tasks"), &Grant::Allowed);
    let free = checked(&member("is_admin", false), 402, "viewer", Purpose::Restore).await;
    assert!(denied(met(&free, "Create local and global custom fields"), "free"));
    assert!(denied(met(&free, "Create private projects"), "free"));
    assert!(denied(met(&free, "Create and update tasks"), "viewer"));
    let by_team = checked(&member("is_admin", false), 200, "", Purpose::Restore).await;
    assert!(denied(met(&by_team, "Update private projects"), "team"));
}

#[tokio::test]
async fn advice_follows_what_stands_in_the_way() {
    let advice = |lines: &[Requirement], requirement: &str| {
        let line = lines.iter().find(|line| line.requirement.starts_with(requirement)).unwrap();
        (line.met == Grant::Allowed, line.advice.clone().unwrap_or_default())
    };
    let view_only = checked(&member("is_view_only", true), 200, "admin", Purpose::Restore).await;
    let writes =
        ["Create", "Update", "Add"].map(|verb| view_only.iter().filter(move |line| line.requirement.starts_with(verb)));
    for line in writes.into_iter().flatten() {
        assert_eq!(line.advice.as_deref(), Some("Give the account a full licence."), "{line:?}");
    }
    let guest = checked(&member("is_guest", true), 402, "viewer", Purpose::Restore).await;
    for (requirement, way) in [
        ("Update teams", "Make the account a member of the organization."),
        ("Create private projects", MEMBERSHIP),
        ("Create and update tasks", "Make the account an editor of the project."),
    ] {
        assert_eq!(advice(&guest, requirement), (false, way.to_owned()), "{requirement}");
    }
    let free = checked(&member("is_admin", true), 402, "admin", Purpose::Restore).await;
    assert_eq!(advice(&free, "Create private projects"), (false, PAID_PLAN.to_owned()));
}

#[tokio::test]
async fn what_a_narrow_token_cannot_read_is_unknown() {
    let mut answers = answers(&member("is_admin", false), 403, "editor");
    answers[2] = crate::platforms::asana::testing::refusal(403, "needs the scope team_memberships:read");
    let scripted = Scripted::new(answers);
    let lines = preflight(&asana(&scripted), Purpose::Restore).await.unwrap();
    for unknown in ["Teams where", "Update teams", "Add users to teams", "Pace"] {
        assert_eq!(met(&lines, unknown), &Grant::Unknown, "{unknown}");
    }
    let teams = lines.iter().find(|line| line.requirement.starts_with("Update teams")).unwrap();
    assert!(teams.detail.contains("team_memberships:read"), "{teams:?}");
    assert_eq!(teams.advice.as_deref(), Some(FULL_ACCESS));
}
