//! Every list of every platform is read to its last page, whatever its length: 0, 1, a page less one, a page, a page
//! and one, three pages.
//!
//! Each sandbox builds worlds in which one list has so many entries (`list:LIST:N`). A list that is not in the table
//! is not proven to be read to its end.

use boardvault::model::{Kind, Record};
use boardvault::snapshot::manifest::Status;
use serde_json::json;

use super::form;
use crate::common::compare::{self, Side};
use crate::common::{Desk, USUAL};

/// A list of a platform's API.
pub(super) struct List {
    pub(super) platform: &'static str,
    /// Its name in the sandbox.
    pub(super) name: &'static str,
    /// How the path of a request for it ends that brings one of its pages, an id as `*`.
    pub(super) route: &'static str,
    /// Entries on a page.
    pub(super) page: usize,
    /// What the backup holds of each entry.
    holds: Holds,
    /// How many of these there are beside the entries.
    besides: usize,
    /// How many entries there are at least.
    least: usize,
    /// What the platform does not give.
    hidden: Hidden,
}

/// What stands in a backup for the entries of a list.
#[derive(Clone, Copy)]
pub(super) enum Holds {
    /// A record each.
    Records(Kind),
    /// An entry each in a field of the records of a kind.
    Field(Kind, &'static str),
}

/// What a backup has to name as missing.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Hidden {
    Nothing,
    /// This, in any case.
    Always(&'static str),
    /// What comes after the first page, as there is no way to ask for the second one.
    AfterOnePage(&'static str),
}

use Hidden::{AfterOnePage, Always, Nothing};
use Holds::{Field, Records};

const fn trello(name: &'static str, route: &'static str, page: usize, kind: Kind) -> List {
    let holds = Records(kind);
    List { platform: "trello", name, route, page, holds, besides: 0, least: 0, hidden: Nothing }
}

/// Asana gives a hundred entries at most, and its sandbox fewer where each of them costs several requests.
const fn asana(name: &'static str, route: &'static str, holds: Holds) -> List {
    List { platform: "asana", name, route, page: 100, holds, besides: 0, least: 0, hidden: Nothing }
}

const fn smartsheet(name: &'static str, route: &'static str, page: usize, kind: Kind) -> List {
    let holds = Records(kind);
    List { platform: "smartsheet", name, route, page, holds, besides: 0, least: 0, hidden: Nothing }
}

pub(super) const LISTS: &[List] = &[
    // The first thousand cards and comments come with the board; the routes are those of what follows.
    trello("cards", "/boards/*/cards/all", 1_000, Kind::Item),
    List { besides: 1, ..trello("pages of cards", "/boards/*/cards/all", 500, Kind::Item) },
    List { besides: 101, ..trello("cards of a list", "/lists/*/cards", 100, Kind::Item) },
    trello("comments", "/boards/*/actions", 1_000, Kind::Comment),
    List {
        hidden: AfterOnePage("labels beyond the first thousand"),
        ..trello("labels", "/boards/*", 1_000, Kind::Label)
    },
    List {
        least: 6,
        ..asana(
            "members of the workspace",
            "/workspaces/*/workspace_memberships",
            Records(Kind::WorkspaceMember),
        )
    },
    asana("teams", "/workspaces/*/teams", Records(Kind::Group)),
    asana("members of a team", "/teams/*/team_memberships", Records(Kind::GroupMember)),
    // The list of the account's own tasks counts as a project.
    List { besides: 1, ..asana("projects", "/workspaces/*/projects", Records(Kind::Container)) },
    List {
        page: 10,
        besides: 31,
        hidden: Always("projects without a team"),
        ..asana("projects of a team", "/teams/*/projects", Records(Kind::Container))
    },
    asana("portfolios", "/portfolios", Records(Kind::Inventory)),
    List {
        page: 10,
        ..asana("items of a portfolio", "/portfolios/*/items", Field(Kind::Inventory, "items"))
    },
    asana("goals", "/goals", Records(Kind::Inventory)),
    asana("project templates", "/project_templates", Records(Kind::Inventory)),
    List { least: 1, ..asana("sections", "/projects/*/sections", Records(Kind::Section)) },
    List { least: 1, ..asana("members of a project", "/memberships", Records(Kind::Member)) },
    asana("status updates", "/status_updates", Records(Kind::StatusUpdate)),
    asana("task templates", "/task_templates", Records(Kind::Inventory)),
    asana("files of a project", "/attachments", Records(Kind::Attachment)),
    asana("files of a brief", "/attachments", Records(Kind::Attachment)),
    asana("tasks", "/projects/*/tasks", Records(Kind::Item)),
    List { besides: 301, ..asana("tasks of a section", "/sections/*/tasks", Records(Kind::Item)) },
    asana("tasks in no project", "/user_task_lists/*/tasks", Records(Kind::Item)),
    List { besides: 1, ..asana("subtasks", "/tasks/*/subtasks", Records(Kind::Item)) },
    asana("comments", "/tasks/*/stories", Records(Kind::Comment)),
    asana("files of a task", "/attachments", Records(Kind::Attachment)),
    asana(
        "tasks that the search knows to have files",
        "/workspaces/*/tasks/search",
        Records(Kind::Attachment),
    ),
    // Everything at once is asked for; should that not be everything, pages of a hundred.
    smartsheet("sheets", "/sheets", 10, Kind::Container),
    smartsheet("folders of the home", "/home/folders", 10, Kind::Folder),
    smartsheet("reports", "/reports", 10, Kind::Inventory),
    List { least: 5, ..smartsheet("users", "/users", 10, Kind::WorkspaceMember) },
    smartsheet("groups", "/groups", 10, Kind::Group),
    smartsheet("rows", "/sheets/*", 50, Kind::Item),
    smartsheet("discussions", "/sheets/*/discussions", 100, Kind::Discussion),
    smartsheet("automation rules", "/sheets/*/automationrules", 10, Kind::Inventory),
    smartsheet("proofs", "/sheets/*/proofs", 10, Kind::Inventory),
    List {
        besides: 1,
        ..smartsheet("files of a proof", "/sheets/*/proofs/*/attachments", 10, Kind::Inventory)
    },
    List {
        besides: 1,
        ..smartsheet("discussions of a proof", "/sheets/*/proofs/*/discussions", 10, Kind::Inventory)
    },
    List {
        holds: Field(Kind::Inventory, "versions"),
        // The proof as it is now is one of them.
        least: 1,
        ..smartsheet("versions of a proof", "/sheets/*/proofs/*/versions", 10, Kind::Inventory)
    },
    List {
        holds: Field(Kind::Inventory, "requestActions"),
        ..smartsheet("answers about a proof", "/sheets/*/proofs/*/requestactions", 10, Kind::Inventory)
    },
    smartsheet("update requests", "/sheets/*/updaterequests", 10, Kind::Inventory),
    smartsheet("sent update requests", "/sheets/*/sentupdaterequests", 100, Kind::Inventory),
    smartsheet("dashboards", "/sights", 10, Kind::Inventory),
    // Pages that name the next one have a thousand entries.
    List {
        holds: Field(Kind::Inventory, "scope"),
        ..smartsheet("sources of a report", "/reports/*/scope", 1_000, Kind::Inventory)
    },
    List {
        holds: Field(Kind::Inventory, "columns"),
        ..smartsheet("columns of a report", "/reports/*/columns", 1_000, Kind::Inventory)
    },
    // The home counts as a workspace, and the account's five people as its members.
    List { besides: 1, ..smartsheet("workspaces", "/workspaces", 10, Kind::Workspace) },
    List {
        least: 2,
        besides: 5,
        ..smartsheet("shares of a workspace", "/shares", 10, Kind::WorkspaceMember)
    },
    smartsheet("content of a workspace", "/workspaces/*/children", 10, Kind::Folder),
    List { besides: 1, ..smartsheet("content of a folder", "/folders/*/children", 10, Kind::Folder) },
    List { least: 2, ..smartsheet("shares of a sheet", "/shares", 10, Kind::Member) },
];

impl List {
    pub(super) fn world(&self, entries: usize) -> String {
        match self.platform {
            "trello" => format!("list:{}:{entries}", self.name),
            _ => format!("list:{}:{entries}:{}", self.name, self.page),
        }
    }

    /// What is wrong with a backup of the world in which this list has so many entries.
    async fn backup_lacks(&self, wanted: usize) -> Vec<String> {
        let desk = Desk::on(self.platform, &self.world(wanted), 1).await;
        desk.world.forget_log().await;
        let report = desk.backup(USUAL).await;
        let entries = wanted.max(self.least);
        let (held, named) = match self.hidden {
            Nothing => (entries, None),
            Always(what) => (entries, Some(what)),
            AfterOnePage(what) => (entries.min(self.page), (entries >= self.page).then_some(what)),
        };
        let mut wrong = Vec::new();
        let found = self.holds.count(&compare::side(desk.app(), report.id));
        if found != held + self.besides {
            wrong.push(format!("holds {found} and not {}", held + self.besides));
        }
        let missing = &report.manifest.missing;
        let as_named = match named {
            None => report.manifest.status == Status::Complete,
            Some(what) => missing.len() == 1 && missing[0].what.contains(what),
        };
        if !as_named {
            wrong.push(format!("names {missing:?} and not {named:?}"));
        }
        // Otherwise the world is not one in which this list has several pages.
        let further =
            desk.world.log().await.iter().filter(|call| form(&call.path, "*").ends_with(self.route)).count();
        if !matches!(self.hidden, AfterOnePage(_)) && further < entries.saturating_sub(1) / self.page {
            wrong.push(format!("asked {} only {further} times", self.route));
        }
        let about = format!("{}, {wanted} {}", self.platform, self.name);
        wrong.into_iter().map(|wrong| format!("{about}: {wrong}")).collect()
    }
}

impl Holds {
    fn count(self, side: &Side) -> usize {
        match self {
            Records(kind) => side.keys().filter(|key| key.kind == kind).count(),
            Field(kind, field) => {
                let of_kind = side.values().filter(|record| record.key.kind == kind);
                of_kind.filter_map(|record| Some(record.native[field].as_array()?.len())).sum()
            }
        }
    }
}

/// How many entries a list with pages of this size is tried with.
fn lengths(page: usize) -> [usize; 6] {
    [0, 1, page - 1, page, page + 1, 3 * page]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_is_read_to_its_end_at_every_length() {
    let backups = LISTS.iter().flat_map(|list| {
        lengths(list.page).into_iter().map(|entries| tokio::spawn(list.backup_lacks(entries)))
    });
    let mut wrong = Vec::new();
    for backup in backups.collect::<Vec<_>>() {
        wrong.extend(backup.await.unwrap());
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What is wrong with a backup after so many subtasks got a new name, each with an event, of which so many come at once.
async fn backup_misses(happened: usize, page: usize) -> Vec<String> {
    let desk = Desk::on("asana", &format!("list:events:{happened}:{page}"), 1).await;
    desk.backup(USUAL).await;
    for n in 0..happened {
        let subtask = desk.world.id("task", &format!("Subtask {n}")).await;
        desk.ask("PUT", &format!("/tasks/{subtask}"), json!({"data": {"name": format!("Renamed {n}")}}))
            .await;
    }
    desk.world.forget_log().await;
    let backup = compare::side(desk.app(), desk.backup(USUAL).await.id);
    let bodies: Vec<String> = desk.world.log().await.into_iter().filter_map(|call| call.body).collect();
    let asked = |path: &str| bodies.iter().filter(|body| body.contains(path)).count();
    let renamed =
        |record: &&Record| record.native["name"].as_str().unwrap_or_default().starts_with("Renamed");
    let renamed = backup.values().filter(|record| record.key.kind == Kind::Item).filter(renamed).count();
    let found = (renamed, asked("/events"), asked("/subtasks"));
    let wanted = (happened, happened.div_ceil(page).max(1), 0);
    let about = format!(
        "{happened} events: {found:?} and not {wanted:?} (new names, pages of events, readings of all)"
    );
    if found == wanted { Vec::new() } else { vec![about] }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_has_happened_is_read_to_its_end_at_every_length() {
    let page = 10;
    let backups = lengths(page).map(|happened| tokio::spawn(backup_misses(happened, page)));
    let mut wrong = Vec::new();
    for backup in backups {
        wrong.extend(backup.await.unwrap());
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
