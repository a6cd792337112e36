//! What the people in the sandbox do. They act through the API, as its users.

mod damage;
mod days_work;
mod disaster;

use serde_json::{Value, json};

use super::access::{Caller, Level};
use crate::sim::blob::Blob;
use super::call::Call;
use super::state::{MEMBERSHIP, PROJECT, State, TASK, USER, ids};
use crate::sim::engine::PeopleOrder;
use crate::sim::request::{Params, Upload};
use crate::sim::world::{Kind, text};

/// Lets the people act; gives a sentence for each thing they did.
pub(super) fn act(state: &mut State, order: &PeopleOrder) -> Result<Vec<String>, String> {
    let mut people = People { state, random: fastrand::Rng::with_seed(order.seed), told: Vec::new() };
    match order.what.as_str() {
        "days-work" => people.days_work(),
        "disaster" => people.disaster(),
        "random-damage" => people.random_damage(order.count),
        other => return Err(format!("they know days-work, disaster and random-damage, not `{other}`")),
    }
    Ok(people.told)
}

struct People<'a> {
    state: &'a mut State,
    random: fastrand::Rng,
    told: Vec<String>,
}

impl People<'_> {
    /// Carries out a request as a user; null when the user may not.
    fn ask(&mut self, user: &str, method: &str, path: &str, data: Value) -> Value {
        self.ask_with(user, method, path, data, None)
    }

    fn ask_with(
        &mut self,
        user: &str,
        method: &str,
        path: &str,
        data: Value,
        file: Option<&Upload>,
    ) -> Value {
        let caller = Caller { user: user.to_owned(), app: None, scopes: None };
        let (query, data) = (Params::default(), Params::from_json(data));
        let mut call = Call { state: self.state, caller: &caller, path, query: &query, data: &data, file };
        call.answer(method).map(|answer| answer.body["data"].clone()).unwrap_or_default()
    }

    /// Changes a task; says whether the user may.
    fn change_task(&mut self, user: &str, task: &str, data: Value) -> bool {
        !self.ask(user, "PUT", &format!("/tasks/{task}"), data).is_null()
    }

    /// Attaches a small file and gives its gid; empty when the user may not.
    fn upload(&mut self, user: &str, task: &str, name: &str) -> String {
        let bytes = Blob::Grown { seed: self.random.u64(..), len: self.random.usize(1..9_000) }.bytes();
        let file = Upload { name: name.to_owned(), mime: "application/octet-stream".to_owned(), bytes };
        let made = self.ask_with(user, "POST", "/attachments", json!({"parent": task}), Some(&file));
        text(&made, "gid").to_owned()
    }

    fn delete(&mut self, user: &str, path: &str) -> bool {
        !self.ask(user, "DELETE", path, json!({})).is_null()
    }

    fn tell(&mut self, sentence: String) {
        self.told.push(sentence);
    }

    /// One of these, by chance.
    fn pick(&mut self, ids: &[String]) -> Option<String> {
        ids.get(self.random.usize(..ids.len().max(1))).cloned()
    }

    fn name(&self, kind: Kind, id: &str) -> String {
        let name = self.state.world.get(kind, id).map(|entity| text(entity, "name")).unwrap_or_default();
        name.chars().take(40).collect()
    }

    fn first_name(&self, user: &str) -> String {
        let name = self.name(USER, user);
        name.split(' ').next().unwrap_or_default().to_owned()
    }

    /// The projects that are not archived and belong to somebody who can change them.
    fn projects(&self) -> Vec<String> {
        let open = self.state.world.all(PROJECT).filter(|project| project["archived"] != true);
        let owned = open.filter(|project| !self.able(text(project, "id"), Level::Editor).is_empty());
        owned.map(|project| text(project, "id").to_owned()).collect()
    }

    /// The members of a project who may do that much on it.
    fn able(&self, project: &str, least: Level) -> Vec<String> {
        let Some(entity) = self.state.world.get(PROJECT, project) else { return Vec::new() };
        let users = self.state.world.of(project, MEMBERSHIP).filter(|m| m["_member_kind"] == USER);
        let users = users.map(|membership| text(membership, "member").to_owned());
        users.filter(|user| self.state.project_level(entity, user) >= least).collect()
    }

    /// One of the members of a project who may do that much on it, by chance.
    fn somebody(&mut self, project: &str, least: Level) -> Option<String> {
        let able = self.able(project, least);
        self.pick(&able)
    }

    /// The tasks of a project with all their subtasks.
    fn all_tasks(&self, project: &str) -> Vec<String> {
        let mut found = self.state.tasks_of(project);
        let mut at = 0;
        while let Some(task) = found.get(at) {
            let below = self.state.ids_in(TASK, task, "_subtasks");
            let new: Vec<String> = below.into_iter().filter(|task| !found.contains(task)).collect();
            found.extend(new);
            at += 1;
        }
        found
    }

    fn sections(&self, project: &str) -> Vec<String> {
        self.state.world.get(PROJECT, project).map(|project| ids(project, "_sections")).unwrap_or_default()
    }
}
