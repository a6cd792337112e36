//! Builds worlds: through the API itself where that can express it, and directly where it cannot.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::access::{Caller, Level};
use super::super::attachments::Target;
use crate::sim::blob::Blob;
use super::super::call::Call;
use super::super::input;
use super::super::state::{GROUP, ROW, SHARE, SHEET, State, USER, WORKSPACE, items};
use super::{Built, Resident};
use crate::base::clock::Timestamp;
use crate::sim::request::Params;
use crate::sim::world::{Kind, text};

/// The second in which every world begins: 6 January 2025, 8 o'clock.
const BEGINNING: i64 = 1_736_150_400;
/// What an application of ours asks a user for.
const GRANTED: &[&str] = &[
    "READ_USERS",
    "READ_CONTACTS",
    "READ_SHEETS",
    "WRITE_SHEETS",
    "ADMIN_SHEETS",
    "CREATE_SHEETS",
    "DELETE_SHEETS",
    "SHARE_SHEETS",
    "READ_SIGHTS",
    "ADMIN_USERS",
    "ADMIN_WORKSPACES",
];
/// What is enough for backups.
const READ_ONLY: &[&str] = &["READ_USERS", "READ_SHEETS", "READ_SIGHTS", "ADMIN_WORKSPACES"];

/// The people of every world.
#[derive(Debug, Clone)]
pub(super) struct Cast {
    /// System administrator with a license.
    pub(super) ada: String,
    /// Licensed member who owns sheets.
    pub(super) ben: String,
    /// Edits.
    pub(super) cleo: String,
    /// Comments.
    pub(super) dan: String,
    /// Has no license.
    pub(super) eve: String,
    /// Is on a plan that nobody pays for, in an account of his own.
    pub(super) finn: String,
}

/// A sheet under construction: the ids of its columns by title.
#[derive(Debug, Clone, Default)]
pub(super) struct Grid {
    pub(super) id: String,
    pub(super) columns: BTreeMap<String, String>,
}

impl Grid {
    /// The id of a column.
    pub(super) fn column(&self, title: &str) -> &str {
        self.columns.get(title).map(String::as_str).unwrap_or_default()
    }
}

/// A world under construction. The first thing that was refused is kept; the world is not given out then.
pub(super) struct Builder {
    pub(super) state: State,
    pub(super) random: fastrand::Rng,
    pub(super) cast: Cast,
    refused: Option<String>,
}

impl Builder {
    pub(super) fn new(seed: u64) -> Self {
        let mut state = State::new(seed, Timestamp::from_second(BEGINNING).unwrap_or_default());
        let (acme, none) = (state.new_id(), state.new_id());
        let mut person = |account: &str, first: &str, last: &str, seat: &str| {
            let paid = account == acme;
            let user = json!({
                "email": format!("{}@acme.example", first.to_lowercase()), "firstName": first, "lastName": last,
                "status": "ACTIVE", "seatType": seat, "admin": first == "Ada", "groupAdmin": first == "Ada",
                "licensedSheetCreator": seat == "MEMBER", "resourceViewer": first == "Ada", "createdAt": state.date(),
                "_account": account, "_accountName": if paid { "Acme" } else { "Finn's account" }, "_paid": paid,
            });
            state.add(USER, &[], user)
        };
        let cast = Cast {
            ada: person(&acme, "Ada", "Byron", "MEMBER"),
            ben: person(&acme, "Ben", "Okafor", "MEMBER"),
            cleo: person(&acme, "Cleo", "Martín", "MEMBER"),
            dan: person(&acme, "Dan", "Whitfield", "VIEWER"),
            eve: person(&acme, "Eve", "Lindqvist", "VIEWER"),
            finn: person(&none, "Finn", "Novak", "GUEST"),
        };
        Self { state, random: fastrand::Rng::with_seed(seed), cast, refused: None }
    }

    /// Lets some time pass.
    pub(super) fn pass(&mut self, seconds: u64) {
        let later = self.state.now.checked_add(std::time::Duration::from_secs(seconds));
        self.state.now = later.unwrap_or(self.state.now);
    }

    /// Carries out a request as a user; gives the answer with ids as texts, or null when it was refused.
    #[expect(clippy::needless_pass_by_value, reason = "bodies are written where they are sent")]
    pub(super) fn ask(&mut self, user: &str, method: &str, path: &str, body: Value) -> Value {
        self.pass(1);
        let caller = Caller { user: user.to_owned(), scopes: None };
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let query = Params::from_query(query);
        let mut call =
            Call { state: &mut self.state, caller: &caller, query: &query, body: &body, file: None };
        match call.answer(method, path) {
            Ok(answer) => answer,
            Err(refusal) => {
                self.refused.get_or_insert_with(|| format!("{method} {path}: {refusal:?}"));
                Value::Null
            }
        }
    }

    /// Creates something as Ada and gives its id.
    pub(super) fn make(&mut self, path: &str, body: Value) -> String {
        let ada = self.cast.ada.clone();
        let answer = self.ask(&ada, "POST", path, body);
        text(&answer["result"], "id").to_owned()
    }

    /// Changes something as Ada.
    pub(super) fn change(&mut self, path: &str, body: Value) {
        let ada = self.cast.ada.clone();
        self.ask(&ada, "PUT", path, body);
    }

    /// Ada's workspace, which Ben administers, Cleo edits and Dan comments.
    pub(super) fn workspace(&mut self, name: &str) -> String {
        let id = self.make("/workspaces", json!({"name": name}));
        let cast = self.cast.clone();
        for (user, level) in
            [(&cast.ben, Level::Admin), (&cast.cleo, Level::Editor), (&cast.dan, Level::Commenter)]
        {
            self.state.share(super::super::state::WORKSPACE, &id, "USER", user, level);
        }
        id
    }

    /// Lets Cleo only look at workspaces, gives her this access level to the sheets in them, and makes her a group
    /// administrator.
    pub(super) fn give_cleo(&mut self, level: Level) {
        let cleo = self.cast.cleo.clone();
        self.force(USER, &cleo, |user| user["groupAdmin"] = true.into());
        let own = |share: &&Value| share["userId"] == cleo.as_str() && share["_asset"] == WORKSPACE;
        let shares: Vec<Value> = self.state.world.all(SHARE).filter(own).cloned().collect();
        for share in shares {
            self.force(SHARE, text(&share, "id"), |share| share["accessLevel"] = Level::Viewer.word().into());
        }
        let in_workspace = |sheet: &&Value| self.state.workspace_of(sheet).is_some();
        let sheets: Vec<Value> = self.state.world.all(SHEET).filter(in_workspace).cloned().collect();
        for sheet in sheets {
            self.state.share(SHEET, text(&sheet, "id"), "USER", &cleo, level);
        }
    }

    pub(super) fn folder(&mut self, container: &str, name: &str) -> String {
        self.pass(1);
        self.state.new_folder(container, name)
    }

    /// A sheet of a user's in a container (`workspaces/ID`, `folders/ID`), or in their home when that is empty.
    /// The columns after the primary one.
    pub(super) fn sheet(&mut self, user: &str, container: &str, name: &str, columns: &[Value]) -> Grid {
        let mut all = vec![json!({"title": "Task", "type": "TEXT_NUMBER", "primary": true})];
        all.extend_from_slice(columns);
        let path = if container.is_empty() { "/sheets".to_owned() } else { format!("/{container}/sheets") };
        let answer = self.ask(user, "POST", &path, json!({"name": name, "columns": all}));
        self.grid(text(&answer["result"], "id"))
    }

    /// A sheet that exists.
    pub(super) fn grid(&self, id: &str) -> Grid {
        let sheet = self.state.world.get(SHEET, id).cloned().unwrap_or_default();
        let column = |column: &Value| (text(column, "title").to_owned(), text(column, "id").to_owned());
        Grid { id: id.to_owned(), columns: items(&sheet, "columns").iter().map(column).collect() }
    }

    /// An empty project sheet, or a template for such sheets: nobody can make one through the API.
    pub(super) fn project(&mut self, kind: Kind, container: &str, name: &str) -> String {
        self.pass(1);
        let ada = self.cast.ada.clone();
        let columns = [
            ("Task", "TEXT_NUMBER", None),
            ("Duration", "DURATION", Some("GANTT_DURATION")),
            ("Start", "ABSTRACT_DATETIME", Some("GANTT_START_DATE")),
            ("Finish", "ABSTRACT_DATETIME", Some("GANTT_END_DATE")),
            ("Predecessors", "PREDECESSOR", Some("GANTT_PREDECESSOR")),
        ];
        let mut made = Vec::new();
        for (title, of, tag) in columns {
            let mut column = json!({
                "id": self.state.new_id(), "title": title, "type": of, "width": 150, "validation": false,
            });
            match tag {
                Some(tag) => column["tags"] = json!([tag]),
                None => column["primary"] = true.into(),
            }
            made.push(column);
        }
        let id = self.state.new_sheet(kind, &ada, container, name, made);
        self.state.change(kind, &id, |sheet| {
            for field in ["ganttEnabled", "dependenciesEnabled"] {
                sheet[field] = true.into();
            }
            sheet["projectSettings"] = json!({
                "workingDays": ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"],
                "nonWorkingDays": ["2026-12-25"], "lengthOfDay": 8,
            });
            sheet["_gantt"] = json!({"primaryHeaderType": "MONTH", "secondaryHeaderType": "DAY"});
        });
        id
    }

    /// Rows at the bottom of a sheet or below `parent`, with cells by title; gives the ids.
    pub(super) fn rows(
        &mut self,
        user: &str,
        grid: &Grid,
        parent: Option<&str>,
        rows: &[Value],
    ) -> Vec<String> {
        let row = |cells: &Value| {
            let mut row = json!({"cells": cells_of(grid, cells)});
            match parent {
                Some(parent) => {
                    row["parentId"] = parent.into();
                    row["toBottom"] = true.into();
                }
                None => row["toBottom"] = true.into(),
            }
            row
        };
        let body: Value = rows.iter().map(row).collect();
        let answer = self.ask(user, "POST", &format!("/sheets/{}/rows", grid.id), body);
        items(&answer, "result").iter().map(|row| text(row, "id").to_owned()).collect()
    }

    /// Changes cells of a row, by title.
    pub(super) fn cells(&mut self, user: &str, grid: &Grid, row: &str, cells: &Value) {
        let body = json!([{"id": row, "cells": cells_of(grid, cells)}]);
        self.ask(user, "PUT", &format!("/sheets/{}/rows", grid.id), body);
    }

    /// Discussion on a row, or on the sheet; gives the ids of the discussion and its comment.
    pub(super) fn discuss(
        &mut self,
        user: &str,
        sheet: &str,
        row: Option<&str>,
        words: &str,
    ) -> (String, String) {
        self.pass(1);
        let made = self.state.new_discussion(user, sheet, row, words);
        self.state.bump(sheet);
        made
    }

    pub(super) fn comment(&mut self, user: &str, sheet: &str, discussion: &str, words: &str) -> String {
        self.pass(1);
        let id = self.state.new_comment(user, sheet, discussion, words);
        self.state.bump(sheet);
        id
    }

    /// A file of `len` bytes that follow from the world's seed, on a `ROW`, the `SHEET` or a `COMMENT`.
    pub(super) fn upload(
        &mut self,
        user: &str,
        to: &Target<'_>,
        name: &str,
        mime: &str,
        len: usize,
    ) -> String {
        self.pass(1);
        let blob = Blob::Grown { seed: self.random.u64(..), len };
        let id = self.state.new_file(user, to, name, mime, blob);
        self.state.bump(to.sheet);
        id
    }

    /// Adds what the API only shows, with the usual dates.
    pub(super) fn place(&mut self, kind: Kind, parent: &str, mut entity: Value) -> String {
        self.pass(1);
        entity["createdAt"] = self.state.date().into();
        entity["modifiedAt"] = self.state.date().into();
        self.state.add(kind, &[parent], entity)
    }

    /// Changes what the API does not let anybody change.
    pub(super) fn force(&mut self, kind: Kind, id: &str, change: impl FnOnce(&mut Value)) {
        match self.state.world.edit(kind, id) {
            Some(entity) => change(entity),
            None => self.refused = Some(format!("there is no {kind} {id}")),
        }
    }

    /// Ends the construction; an error when anything was refused on the way.
    pub(super) fn finish(self) -> Result<Built, String> {
        if let Some(refused) = self.refused {
            return Err(format!("this world cannot be built: {refused}"));
        }
        let cast = &self.cast;
        let resident = |user: &String, role: &str, scopes: Option<&[&str]>| Resident {
            user: user.clone(),
            role: role.to_owned(),
            scopes: scopes.map(|scopes| scopes.iter().map(|scope| (*scope).to_owned()).collect()),
            lent: role.contains("through an application"),
        };
        let residents = vec![
            resident(&cast.ada, "system admin", None),
            resident(&cast.ben, "licensed member", None),
            resident(&cast.cleo, "editor", None),
            resident(&cast.dan, "commenter", None),
            resident(&cast.eve, "unlicensed user", None),
            resident(&cast.finn, "unpaid plan", None),
            resident(&cast.ada, "system admin, through an application", Some(GRANTED)),
            resident(&cast.ada, "system admin, token that only reads", Some(READ_ONLY)),
        ];
        debug_assert!(self.state.world.all(USER).count() >= 6, "the cast is part of every world");
        debug_assert!(
            self.state.world.all(GROUP).all(|group| input::is_id(text(group, "id"))),
            "groups have ids"
        );
        debug_assert!(
            self.state.world.all(ROW).all(|row| !text(row, "_sheet").is_empty()),
            "rows have sheets"
        );
        Ok(Built { state: self.state, residents })
    }
}

/// Cells by title as the API wants them: values, or objects with more.
fn cells_of(grid: &Grid, cells: &Value) -> Value {
    let cell = |(title, given): (&String, &Value)| {
        let mut cell = if given.is_object() { given.clone() } else { json!({"value": given}) };
        cell["columnId"] = grid.column(title).into();
        cell
    };
    cells.as_object().into_iter().flatten().map(cell).collect()
}
