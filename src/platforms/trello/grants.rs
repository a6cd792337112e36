//! What the account may do, from the memberships that discovery sees.

use serde_json::{Map, Value};

use super::discover::{Seen, Workspace};
use super::json::{is, list, text};
use crate::model::Kind;
use crate::model::grants::{Grant, Grants, Rule, Verb};

/// The account's part in a board or workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Administrator.
    Admin,
    /// Ordinary member.
    Normal,
    /// May look, and on some boards comment.
    Observer,
    /// No member, or a member whose access is switched off.
    None,
}

impl Part {
    /// The part that a list of memberships gives to a person.
    pub(super) fn of<'a>(me: &str, memberships: impl IntoIterator<Item = &'a Map<String, Value>>) -> Self {
        let own = memberships
            .into_iter()
            .find(|membership| membership.get("idMember").and_then(Value::as_str) == Some(me));
        let Some(own) = own else { return Self::None };
        if own.get("deactivated").and_then(Value::as_bool).unwrap_or_default() {
            return Self::None;
        }
        match own.get("memberType").and_then(Value::as_str) {
            Some("admin") => Self::Admin,
            Some("normal") => Self::Normal,
            Some("observer") => Self::Observer,
            _ => Self::None,
        }
    }
}

/// The account's part in a board.
pub(super) fn board_part(me: &str, board: &Value) -> Part {
    Part::of(me, list(board, "memberships").iter().filter_map(Value::as_object))
}

/// The account's part in a workspace.
pub(super) fn workspace_part(me: &str, workspace: &Workspace) -> Part {
    Part::of(me, &workspace.members)
}

/// The rights table of the account.
pub(super) fn grants(seen: &Seen, read_only_token: bool) -> Grants {
    if read_only_token {
        let why = "the token may only read; make one with the scope read,write and add the connection again";
        return Grants { account: vec![rule(None, None, denied(why))], ..Grants::default() };
    }
    let me = seen.me.get("id").and_then(Value::as_str).unwrap_or_default();
    let mut grants = Grants {
        account: vec![
            rule(Some(Kind::Workspace), Some(Verb::Create), Grant::Allowed),
            rule(Some(Kind::Container), Some(Verb::Create), Grant::Allowed),
        ],
        ..Grants::default()
    };
    for (id, workspace) in &seen.workspaces {
        let rules = workspace_rules(workspace_part(me, workspace), &workspace.native);
        grants.containers.insert(id.as_str().into(), rules);
    }
    for (id, board) in &seen.boards {
        let elsewhere = text(board, "idOrganization");
        if !elsewhere.is_empty() && !seen.workspaces.contains_key(elsewhere) {
            let rules = workspace_rules(Part::None, &Map::new());
            grants.containers.insert(elsewhere.into(), rules);
        }
        let workspace = seen.workspaces.get(text(board, "idOrganization"));
        let in_workspace = workspace.map_or(Part::None, |workspace| workspace_part(me, workspace));
        let rules = board_rules(board_part(me, board), in_workspace, board, workspace.map(|known| &known.native));
        grants.containers.insert(id.as_str().into(), rules);
    }
    grants
}

fn workspace_rules(part: Part, workspace: &Map<String, Value>) -> Vec<Rule> {
    match part {
        Part::Admin => vec![rule(None, None, Grant::Allowed)],
        Part::Normal => {
            let create = may_create_boards(workspace);
            let why = "needs an admin of the workspace";
            vec![rule(Some(Kind::Container), Some(Verb::Create), create), rule(None, None, denied(why))]
        }
        Part::Observer | Part::None => {
            vec![rule(None, None, denied("the account is not an active member of the workspace"))]
        }
    }
}

/// Whether an ordinary member may create boards: for each visibility, `org` lets all members, `admin` only
/// admins, `none` nobody.
fn may_create_boards(workspace: &Map<String, Value>) -> Grant {
    let restricted = workspace.get("prefs").and_then(|prefs| prefs.get("boardVisibilityRestrict"));
    let levels: Vec<&str> =
        ["private", "org", "public"].iter().filter_map(|level| restricted?.get(*level)?.as_str()).collect();
    if levels.iter().all(|level| *level == "org") {
        Grant::Allowed
    } else if levels.len() == 3 && !levels.contains(&"org") {
        denied("the workspace lets only admins create boards")
    } else {
        Grant::Unknown
    }
}

fn board_rules(part: Part, in_workspace: Part, board: &Value, workspace: Option<&Map<String, Value>>) -> Vec<Rule> {
    let delete = rule(
        Some(Kind::Container),
        Some(Verb::Delete),
        may_delete(part, in_workspace, text_of_prefs(board, "permissionLevel"), workspace),
    );
    match part {
        Part::Admin => vec![delete, rule(None, None, Grant::Allowed)],
        Part::Normal => {
            let invite = match text_of_prefs(board, "invitations") {
                "members" => Grant::Allowed,
                _ => denied("the board lets only its admins add members"),
            };
            vec![
                delete,
                rule(Some(Kind::Container), None, denied("name, settings and closing need an admin of the board")),
                rule(Some(Kind::Member), Some(Verb::Create), invite),
                rule(Some(Kind::Member), None, denied("roles and removal of members need an admin of the board")),
                rule(None, None, Grant::Allowed),
            ]
        }
        Part::Observer => vec![delete, rule(None, None, denied("an observer of the board cannot change anything"))],
        // An admin of the workspace may have been given access to all its boards, which nothing tells.
        Part::None if in_workspace == Part::Admin => vec![delete, rule(None, None, Grant::Unknown)],
        Part::None => vec![delete, rule(None, None, denied("the account is not a member of the board"))],
    }
}

fn may_delete(part: Part, in_workspace: Part, level: &str, workspace: Option<&Map<String, Value>>) -> Grant {
    let restrict = workspace
        .and_then(|workspace| workspace.get("prefs")?.get("boardDeleteRestrict")?.get(level)?.as_str())
        .unwrap_or_default();
    match (in_workspace, part) {
        _ if restrict == "none" => denied("the workspace forbids deleting boards of this visibility"),
        (Part::Admin, _) => Grant::Allowed,
        _ if restrict == "admin" => denied("the workspace lets only its admins delete boards"),
        (Part::Normal, Part::Admin) => Grant::Allowed,
        (_, Part::Admin) if workspace.is_none() => Grant::Allowed,
        _ => denied("needs an admin of the workspace, or of the board who is in the workspace"),
    }
}

fn text_of_prefs<'a>(board: &'a Value, name: &str) -> &'a str {
    board.get("prefs").map(|prefs| text(prefs, name)).unwrap_or_default()
}

fn rule(kind: Option<Kind>, verb: Option<Verb>, grant: Grant) -> Rule {
    Rule { kind, verb, grant }
}

fn denied(why: &str) -> Grant {
    Grant::Denied(why.to_owned())
}

/// Whether the account may sign in at all.
pub(super) fn is_blocked(me: &Map<String, Value>) -> bool {
    is(&Value::Object(me.clone()), "activityBlocked")
}

#[cfg(test)]
#[path = "grants_tests.rs"]
mod tests;
