//! Checks what the account needs for a backup or a restore, one line a requirement.

use serde_json::Value;

use super::Trello;
use super::discover::{self, Seen};
use super::grants::{Part, board_part, grants, is_blocked, workspace_part};
use super::json::{is, list, text};
use crate::http::fault::{ApiFault, FaultClass};
use crate::model::Kind;
use crate::model::grants::{Grant, Grants, Verb};
use crate::platforms::connector::{Purpose, Requirement};
use crate::platforms::requirements::{Tally, counted, line, listed};

/// Checks all requirements in a fixed order.
pub(super) async fn preflight(trello: &Trello, purpose: Purpose) -> Result<Vec<Requirement>, ApiFault> {
    let token = token(trello).await?;
    let read_only = forbids_writing(&token);
    let seen = discover::look(trello).await?;
    let mut lines = vec![active(&seen), access(&token, purpose)];
    lines.extend(backup(&seen));
    if purpose == Purpose::Restore {
        lines.extend(restore(&seen, &grants(&seen, read_only)));
    }
    Ok(lines)
}

/// What the token permits, or why Trello does not tell.
type Permissions = Result<Value, ApiFault>;

/// Asks what the token permits.
pub(super) async fn token(trello: &Trello) -> Result<Permissions, ApiFault> {
    match trello.client.get(&["tokens", trello.token.expose()], &[("fields", "all")]).await {
        Ok(token) => Ok(Ok(token)),
        Err(fault) if matches!(fault.class, FaultClass::Forbidden | FaultClass::NotFound | FaultClass::Invalid) => {
            Ok(Err(fault))
        }
        Err(fault) => Err(fault),
    }
}

/// Whether it is known that the token does not permit to write.
pub(super) fn forbids_writing(token: &Permissions) -> bool {
    token.as_ref().is_ok_and(|token| !permits(token, "write"))
}

fn active(seen: &Seen) -> Requirement {
    let me = Value::Object(seen.me.clone());
    let detail = format!("{} (@{})", text(&me, "fullName"), text(&me, "username"));
    let met = if is_blocked(&seen.me) { Grant::Denied("Trello has blocked it".to_owned()) } else { Grant::Allowed };
    line("The account is active", met, detail, "Sign in at trello.com as this account and follow what it says.")
}

fn permits(token: &Value, what: &str) -> bool {
    let permissions = list(token, "permissions");
    !permissions.is_empty() && permissions.iter().all(|permission| is(permission, what))
}

fn access(token: &Permissions, purpose: Purpose) -> Requirement {
    let (what, requirement) = match purpose {
        Purpose::Backup => ("read", "The app has access to read"),
        Purpose::Restore => ("write", "The app has access to read and to write"),
    };
    let advice = "Make a token with the scope read,write (backups: read) and add the connection again.";
    match token {
        Ok(token) => {
            let until = token.get("dateExpires").and_then(Value::as_str);
            let detail = until.map_or_else(|| "it does not expire".to_owned(), |date| format!("it expires on {date}"));
            let met = if permits(token, "read") && permits(token, what) {
                Grant::Allowed
            } else {
                Grant::Denied(format!("the token does not permit to {what} everything"))
            };
            line(requirement, met, detail, advice)
        }
        Err(fault) => line(requirement, Grant::Unknown, format!("Trello does not tell: {fault}"), advice),
    }
}

fn backup(seen: &Seen) -> Vec<Requirement> {
    let me = me(seen);
    let workspaces: Vec<String> = seen
        .workspaces
        .values()
        .map(|workspace| {
            let name = text_of(&workspace.native, "displayName");
            match workspace_part(me, workspace) {
                Part::Admin => format!("{name} (admin)"),
                Part::None => format!("{name} (guest)"),
                _ => format!("{name} (member)"),
            }
        })
        .collect();
    let hidden: Vec<String> = seen
        .workspaces
        .values()
        .filter(|workspace| workspace.fault.is_some())
        .map(|workspace| text_of(&workspace.native, "displayName").to_owned())
        .collect();
    let people: usize = seen.workspaces.values().map(|workspace| workspace.members.len()).sum();
    let unseen = unseen_boards(seen);
    let level = |board: &Value| board.get("prefs").map(|prefs| text(prefs, "permissionLevel").to_owned());
    let boards = |keep: &dyn Fn(&Value) -> bool| -> Vec<String> {
        seen.boards.values().filter(|board| keep(board)).map(|board| text(board, "name").to_owned()).collect()
    };
    let open = boards(&|board| level(board).is_some_and(|level| level != "private"));
    let ours = |board: &Value| board_part(me, board) != Part::None;
    let private = boards(&|board| ours(board) && level(board).is_some_and(|level| level == "private"));
    let closed = boards(&|board| ours(board) && is(board, "closed"));
    let some = |names: &[String]| if names.is_empty() { Grant::Unknown } else { Grant::Allowed };
    let email = text_of(&seen.me, "email");
    vec![
        line(
            "Name, user name and e-mail address of the account",
            if email.is_empty() { Grant::Unknown } else { Grant::Allowed },
            if email.is_empty() { "Trello does not show the e-mail address to this token".to_owned() } else { email.to_owned() },
            "Nothing depends on it; a token with the scope `account` as well shows it.",
        ),
        line(
            "Workspaces where the account is a member or an admin",
            some(&workspaces),
            listed("workspace", &workspaces),
            "Have the account invited to the workspaces that are to be backed up.",
        ),
        line(
            "Users of these workspaces and of the boards",
            if hidden.is_empty() {
                Grant::Allowed
            } else {
                Grant::Denied(format!("the members of {} cannot be listed", hidden.join(", ")))
            },
            format!("{}; board members are read with each board", counted(people, "workspace member")),
            "Make the account a member of the workspace instead of a guest.",
        ),
        line(
            "Public, workspace-visible and organization boards",
            Grant::Allowed,
            listed("board", &open),
            "Have the account added to the board or to its workspace.",
        ),
        line(
            "Private boards where the account is a member",
            match unseen {
                0 => Grant::Allowed,
                _ => Grant::Denied(format!("{} of the workspaces cannot be seen", counted(unseen, "board"))),
            },
            listed("board", &private),
            "Have the account added to these boards, or use a workspace admin with access to private boards.",
        ),
        line(
            "Closed boards where the account is a member",
            Grant::Allowed,
            listed("board", &closed),
            "Have the account added to a closed board before closing it.",
        ),
        line(
            "Power-Ups of the boards",
            Grant::Allowed,
            "which are on is read with each board, and what they keep as far as Trello shows it; for information only".to_owned(),
            "",
        ),
        line(
            "Enterprises of the account",
            Grant::Allowed,
            format!("admin of {}; membership of boards and workspaces in them is read with these", list_len(&seen.me, "idEnterprisesAdmin")),
            "",
        ),
    ]
}

fn restore(seen: &Seen, grants: &Grants) -> Vec<Requirement> {
    let workspaces = |kind: Kind, verb: Verb| {
        Tally::of(seen.workspaces.iter().map(|(id, workspace)| {
            let name = text_of(&workspace.native, "displayName");
            (name.to_owned(), grants.get(Some(&id.as_str().into()), kind, verb))
        }))
    };
    let boards = |kind: Kind, verb: Verb| {
        Tally::of(seen.boards.iter().map(|(id, board)| {
            (text(board, "name").to_owned(), grants.get(Some(&id.as_str().into()), kind, verb))
        }))
    };
    let (settings, content) = (boards(Kind::Container, Verb::Update), boards(Kind::Item, Verb::Create));
    vec![
        workspaces(Kind::Workspace, Verb::Update).summary(
            "Workspace restore: admin of the workspace",
            "Have the account made an admin of the workspace.",
        ),
        content.summary(
            "Merge into a board, its content: member of the board",
            "Have the account made a member of the board.",
        ),
        settings.summary(
            "Merge into a board, its name, settings and roles: admin of the board",
            "Have the account made an admin of the board; without, these stay as they are.",
        ),
        workspaces(Kind::Container, Verb::Create).summary(
            "Board copy: may create boards in the workspace",
            "Let members create boards in the workspace's settings, or make the account an admin of it.",
        ),
        boards(Kind::Container, Verb::Delete).summary(
            "Delete before restore: may delete the board",
            "Have the account made an admin of the workspace, or of the board while in the workspace.",
        ),
    ]
}

fn unseen_boards(seen: &Seen) -> usize {
    let listed = seen.workspaces.values().filter_map(|workspace| workspace.native.get("idBoards")?.as_array());
    listed.flatten().filter_map(Value::as_str).filter(|board| !seen.boards.contains_key(*board)).count()
}

fn list_len(object: &serde_json::Map<String, Value>, key: &str) -> usize {
    object.get(key).and_then(Value::as_array).map_or(0, Vec::len)
}

fn me(seen: &Seen) -> &str {
    text_of(&seen.me, "id")
}

fn text_of<'a>(object: &'a serde_json::Map<String, Value>, key: &str) -> &'a str {
    object.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
#[path = "preflight_tests.rs"]
mod tests;
