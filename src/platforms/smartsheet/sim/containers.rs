//! Workspaces and folders.

use serde_json::{Value, json};

use super::access::{Level, home};
use super::call::{Answer, Call, done, success};
use super::input;
use super::items::brief;
use super::paging;
use super::refusal::Refusal;
use super::state::{FOLDER, PARTS, SHARE, SHEET, State, TEMPLATE, WORKSPACE};
use crate::sim::world::{Kind, text};

/// The longest name of a workspace or folder, in characters.
const LONGEST_NAME: usize = 100;

impl State {
    /// Makes a workspace of the user's.
    pub(super) fn new_workspace(&mut self, user: &str, name: &str) -> String {
        let workspace =
            json!({"name": name, "createdAt": self.date(), "modifiedAt": self.date(), "source": null});
        let id = self.add(WORKSPACE, &[], workspace);
        self.own(WORKSPACE, &id, user);
        self.note(user, "WORKSPACE", "CREATE", &id);
        id
    }

    /// Makes a folder in a workspace, a folder or a home.
    pub(super) fn new_folder(&mut self, container: &str, name: &str) -> String {
        let folder = json!({
            "name": name, "createdAt": self.date(), "modifiedAt": self.date(), "source": null, "_parent": container,
        });
        self.add(FOLDER, &[container], folder)
    }

    /// Makes somebody the owner of a thing.
    pub(super) fn own(&mut self, kind: Kind, asset: &str, user: &str) {
        self.share(kind, asset, "USER", user, Level::Owner);
    }

    /// Takes an item and everything that belongs to it out of the world.
    pub(super) fn erase(&mut self, kind: Kind, id: &str) {
        if kind == SHEET || kind == TEMPLATE {
            self.break_links_of_sheet(id);
            self.order.remove(id);
        }
        for part in PARTS {
            for part_id in self.world.ids_of(id, part) {
                // What belongs to a proof belongs to nothing else of the sheet.
                self.erase(part, &part_id);
            }
        }
        self.blobs.remove(id);
        self.world.remove(kind, id);
    }
}

impl Call<'_> {
    pub(super) fn get_workspaces(&mut self) -> Answer {
        match self.query.text("paginationType").as_deref() {
            None | Some("" | "token") => {}
            Some(_) => return Err(Refusal::about(1018, "paginationType")),
        }
        let api_level = self.api_level()?;
        let mine = |workspace: &&Value| {
            self.state.level(WORKSPACE, text(workspace, "id"), &self.caller.user).is_some()
        };
        let mut workspaces: Vec<&Value> = self.state.world.all(WORKSPACE).filter(mine).collect();
        workspaces.sort_by_key(|workspace| workspace["_n"].as_u64());
        let brief =
            |workspace: &Value| self.state.brief_for(WORKSPACE, workspace, &self.caller.user, api_level);
        let views = workspaces.into_iter().map(brief).collect();
        paging::by_key(self.query, &self.state.rules, views, "data")
    }

    pub(super) fn post_workspace(&mut self) -> Answer {
        self.state.licensed(&self.caller.user)?;
        input::only(self.body, &["name"])?;
        let name = input::name(self.body, "name", LONGEST_NAME)?;
        let api_level = self.api_level()?;
        let id = self.state.new_workspace(&self.caller.user, &name);
        let workspace = self.state.find(self.caller, WORKSPACE, &id, Level::Viewer)?;
        Ok(done(self.state.brief_for(WORKSPACE, workspace, &self.caller.user, api_level)))
    }

    pub(super) fn post_folder(&mut self, container: &str) -> Answer {
        input::only(self.body, &["name"])?;
        let name = input::name(self.body, "name", LONGEST_NAME)?;
        self.state.may_fill(container, &self.caller.user)?;
        let id = self.state.new_folder(container, &name);
        Ok(done(brief(FOLDER, self.state.find(self.caller, FOLDER, &id, Level::Viewer)?)))
    }

    pub(super) fn post_home_folder(&mut self) -> Answer {
        let home = home(&self.caller.user);
        self.post_folder(&home)
    }

    pub(super) fn put_container(&mut self, kind: Kind, id: &str) -> Answer {
        self.state.find(self.caller, kind, id, Level::Admin)?;
        input::only(self.body, &["name"])?;
        let name = input::name(self.body, "name", LONGEST_NAME)?;
        let api_level = self.api_level()?;
        self.state.change(kind, id, |container| container["name"] = name.into());
        self.state.touch(kind, id);
        let container = self.state.find(self.caller, kind, id, Level::Viewer)?;
        Ok(done(self.state.brief_for(kind, container, &self.caller.user, api_level)))
    }

    pub(super) fn delete_workspace(&mut self, id: &str) -> Answer {
        self.state.find(self.caller, WORKSPACE, id, Level::Owner)?;
        self.erase_all_in(id);
        for share in self.state.world.ids_of(id, SHARE) {
            self.state.world.remove(SHARE, &share);
        }
        self.state.world.remove(WORKSPACE, id);
        self.state.note(&self.caller.user, "WORKSPACE", "DELETE", id);
        Ok(success())
    }

    pub(super) fn delete_folder(&mut self, id: &str) -> Answer {
        self.state.find(self.caller, FOLDER, id, Level::Admin)?;
        self.erase_all_in(id);
        self.state.world.remove(FOLDER, id);
        Ok(success())
    }

    fn erase_all_in(&mut self, container: &str) {
        for (kind, id) in self.state.deep(container) {
            self.state.erase(kind, &id);
        }
    }
}
