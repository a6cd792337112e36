//! Checks what the account needs for a backup or a restore, one line a requirement.

use serde_json::Value;

use super::discover::{self, Seen, is_refusal};
use super::grants::{Level, grants, may_change_group, may_create_groups, may_own};
use super::json::{is, list, text};
use super::{HOME, Smartsheet, pages};
use crate::http::fault::ApiFault;
use crate::model::Kind;
use crate::model::grants::{Grant, Grants, Verb};
use crate::platforms::connector::{Purpose, Requirement};
use crate::platforms::requirements::{Tally, counted, line, listed};

/// So many sheets are asked whether they take files: what one allows is set for the whole account.
const SAMPLE: usize = 3;

/// Checks all requirements in a fixed order.
pub(super) async fn preflight(smartsheet: &Smartsheet, purpose: Purpose) -> Result<Vec<Requirement>, ApiFault> {
    // A check tells what is there as far as it shows; a restore asks again, and for all of it.
    let seen = discover::look(smartsheet, Purpose::Backup).await?;
    let seat = seat(smartsheet, &seen).await?;
    let mut lines = vec![licensed(&seen, &seat), users(&seen), roles(&seen)];
    lines.extend(access(&seen));
    if purpose == Purpose::Restore {
        lines.extend(restore(&seen, &grants(&seen)));
        lines.push(files(smartsheet, &seen).await?);
    }
    lines.push(scopes(purpose));
    Ok(lines)
}

/// The kinds of seat that the account has, or why Smartsheet does not tell.
type Seats = Result<Vec<String>, ApiFault>;

async fn seat(smartsheet: &Smartsheet, seen: &Seen) -> Result<Seats, ApiFault> {
    let path = ["users", text(&seen.me, "id"), "plans"];
    match pages::by_token(smartsheet, &path, &[("include", "planName")]).await {
        Ok(plans) => Ok(Ok(plans.iter().map(|plan| text(plan, "seatType").to_owned()).collect())),
        Err(fault) if is_refusal(&fault) => Ok(Err(fault)),
        Err(fault) => Err(fault),
    }
}

fn licensed(seen: &Seen, seats: &Seats) -> Requirement {
    let seated = seats.as_ref().is_ok_and(|seats| {
        seats.iter().any(|seat| matches!(seat.as_str(), "MEMBER" | "PROVISIONAL_MEMBER"))
    });
    let met = match may_own(seen) {
        Grant::Unknown if seated => Grant::Allowed,
        other => other,
    };
    let seats = match seats {
        Ok(seats) if seats.is_empty() => "no seat in any plan".to_owned(),
        Ok(seats) => format!("seat: {}", seats.join(", ")),
        Err(fault) => format!("its seat is not told: {fault}"),
    };
    let detail = format!("{}; {seats}", text(&seen.me, "email"));
    line("Licensed user", met, detail, "Have a System Admin give the account a licence (a member's seat).")
}

/// A token made by a person has all scopes; one lent to an app has those that were asked for, and the API names none.
fn scopes(purpose: Purpose) -> Requirement {
    let detail = match purpose {
        Purpose::Backup => "the API does not tell; what was read here could be read",
        Purpose::Restore => "the API does not tell; a token that may only read shows in no other line and fails when it writes",
    };
    let advice = "Use a token that a person made, or connect the app again and allow all that it asks for.";
    line("Scopes granted to the token", Grant::Unknown, detail.to_owned(), advice)
}

fn users(seen: &Seen) -> Requirement {
    let hidden = hidden(seen, "users of the account");
    let met = hidden.map_or(Grant::Allowed, |why| Grant::Denied(why.to_owned()));
    let detail = counted(seen.users.len(), "user");
    line("Paid account, to back up users", met, detail, "Use an account of a paid plan; without, only shares name people.")
}

fn roles(seen: &Seen) -> Requirement {
    let (met, detail) = if is(&seen.me, "admin") {
        (Grant::Allowed, "users are backed up with their roles")
    } else {
        (
            Grant::Denied("the account is not a System Admin".to_owned()),
            "recommended, not required: users are backed up without their roles",
        )
    };
    let advice = "Have the account made a System Admin.";
    let line = line("System Admin, to back up the roles of users", met, detail.to_owned(), advice);
    Requirement { recommended: true, ..line }
}

fn hidden<'a>(seen: &'a Seen, what: &str) -> Option<&'a str> {
    seen.missing.iter().find(|missing| missing.what == what).map(|missing| missing.why.as_str())
}

fn access(seen: &Seen) -> Vec<Requirement> {
    let named = |asset: &Value| format!("{} ({})", text(asset, "name"), text(asset, "accessLevel").to_lowercase());
    let sheets: Vec<String> = seen.sheets.values().map(named).collect();
    let alone = seen.sheets.keys().filter(|id| seen.workspace_of(id) == HOME).count();
    let workspaces: Vec<String> = seen.workspaces.values().map(named).collect();
    let some = |names: &[String]| if names.is_empty() { Grant::Unknown } else { Grant::Allowed };
    let unreadable: Vec<&str> =
        seen.sheets.values().filter(|sheet| Level::of(sheet) == Level::None).map(|sheet| text(sheet, "name")).collect();
    let readable = if unreadable.is_empty() {
        some(&sheets)
    } else {
        Grant::Denied(format!("no access level for {}", unreadable.join(", ")))
    };
    let content = seen.missing.iter().filter(|missing| missing.what.starts_with("content of"));
    let content: Vec<&str> = content.map(|missing| missing.what.as_str()).collect();
    let visible = if content.is_empty() {
        some(&workspaces)
    } else {
        Grant::Denied(format!("the {} cannot be listed", content.join(", the ")))
    };
    vec![
        line(
            "Sheets that the account is shared to, with any role",
            readable,
            format!("{}; {alone} of them in no workspace that the account can see", listed("sheet", &sheets)),
            "Have the account added to the shares of the sheets, or of their workspaces.",
        ),
        line(
            "Workspaces that the account is shared to, with any role",
            visible,
            listed("workspace", &workspaces),
            "Have the account added to the shares of the workspaces that are to be backed up.",
        ),
        line(
            "Groups and their members",
            hidden(seen, "groups of the account").map_or(Grant::Allowed, |why| Grant::Denied(why.to_owned())),
            counted(seen.groups.len(), "group"),
            "Groups belong to paid accounts and are read by their members.",
        ),
    ]
}

fn restore(seen: &Seen, grants: &Grants) -> Vec<Requirement> {
    let sheets = |kind: Kind, verb: Verb| {
        Tally::of(seen.sheets.iter().map(|(id, sheet)| {
            (text(sheet, "name").to_owned(), grants.get(Some(&id.as_str().into()), kind, verb))
        }))
    };
    let workspaces = Tally::of(seen.workspaces.iter().map(|(id, workspace)| {
        let grant = grants.get(Some(&id.as_str().into()), Kind::Container, Verb::Create);
        (text(workspace, "name").to_owned(), grant)
    }));
    let groups = Tally::of(seen.groups.iter().map(|group| (text(group, "name").to_owned(), may_change_group(seen, group))));
    vec![
        line(
            "Group restore: Group Admin",
            may_create_groups(seen),
            "needed to create groups".to_owned(),
            "Have the account made a Group Admin.",
        ),
        groups.summary(
            "Group restore into a group that is there: its owner or a System Admin",
            "Have the account made a System Admin, or the groups' owner.",
        ),
        workspaces.summary(
            "Restore into a workspace: owner or admin of the workspace",
            "Have the account made an admin of the workspace; without, its sheets are restored into the Sheets folder.",
        ),
        sheets(Kind::Item, Verb::Update).summary(
            "Merge into a sheet, its rows: editor of the sheet",
            "Have the account made an editor of the sheet.",
        ),
        sheets(Kind::Container, Verb::Update).summary(
            "Merge into a sheet, its settings and columns: owner or admin of the sheet",
            "Have the account made an admin of the sheet; without, these stay as they are.",
        ),
        sheets(Kind::Member, Verb::Create).summary(
            "Restore of shares: owner, admin, or editor who may share",
            "Have the account made an admin of the sheet, or an editor who may share.",
        ),
        sheets(Kind::Container, Verb::Delete).summary(
            "Delete before restore: owner of the sheet, or owner or admin of its workspace",
            "Have the account made an admin of the workspace, or the owner of the sheet.",
        ),
    ]
}

/// Whether files may be attached, by what a few sheets say.
async fn files(smartsheet: &Smartsheet, seen: &Seen) -> Result<Requirement, ApiFault> {
    let (mut allowed, mut asked) = (Vec::new(), 0);
    for id in seen.sheets.keys().take(SAMPLE) {
        let query = [("pageSize", "1"), ("page", "1")];
        let sheet = match smartsheet.get(&["sheets", id], &query).await {
            Ok(sheet) => sheet,
            Err(fault) if is_refusal(&fault) => continue,
            Err(fault) => return Err(fault),
        };
        asked += 1;
        if sheet.get("effectiveAttachmentOptions").is_some() {
            allowed.push(list(&sheet, "effectiveAttachmentOptions").iter().any(|kind| kind == "FILE"));
        }
    }
    let met = match (allowed.contains(&false), allowed.is_empty()) {
        (true, _) => Grant::Denied("files from a computer are switched off".to_owned()),
        (false, true) => Grant::Unknown,
        (false, false) => Grant::Allowed,
    };
    let detail = format!("asked {}", counted(asked, "sheet"));
    let advice = "Have a System Admin allow attachments from computers.";
    Ok(line("Attachments of files are allowed", met, detail, advice))
}

#[cfg(test)]
#[path = "preflight_tests.rs"]
mod tests;
