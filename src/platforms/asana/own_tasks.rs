//! The list "My tasks" that Asana gives everybody in each workspace. What of it is in a project is read there; the list
//! is the container of the rest, which no project shows.

use serde_json::{Value, json};

use super::Asana;
use super::api::is_plan;
use super::asking::Question;
use super::connector::lock;
use super::discover::Seen;
use super::json::{gid, gid_at, object};
use super::mark::Mark;
use super::read::{self, Loose};
use crate::base::canon;
use crate::base::hash::Hash;
use crate::http::fault::{ApiFault, FaultClass};

/// What the record of such a list says, and that of no project.
pub(super) const RESOURCE_TYPE: &str = "user_task_list";
/// The fields of a list.
const LIST: &str = "name,owner.name,workspace.name";

/// The account's list of its own tasks in one workspace.
#[derive(Debug, Clone)]
pub(super) struct OwnTasks {
    /// Its own fields.
    pub(super) native: Value,
    /// The projects of the workspace that the account can see.
    pub(super) projects: Vec<String>,
    /// The tasks of it that are in no project, where they have been listed already.
    pub(super) loose: Option<Loose>,
}

impl OwnTasks {
    /// The workspace that the tasks are in.
    pub(super) fn workspace(&self) -> &str {
        gid_at(&self.native, "workspace")
    }
}

/// Finds the account's list in each workspace.
pub(super) async fn look(asana: &Asana, seen: &mut Seen) -> Result<(), ApiFault> {
    let of_mine =
        |workspace: &str| Question::new(&["users", "me", RESOURCE_TYPE], LIST).with("workspace", workspace);
    let questions: Vec<Question> = seen.workspaces.iter().map(|workspace| of_mine(workspace.gid())).collect();
    let answers = asana.ones(&questions).await?;
    for (workspace, answer) in seen.workspaces.iter_mut().zip(answers) {
        match answer {
            Ok(list) => {
                let list = typed(list, workspace.gid());
                let projects = workspace.projects.iter().map(|project| gid(project).to_owned()).collect();
                let own = OwnTasks { native: list.clone(), projects, loose: None };
                lock(&asana.own_tasks).insert(gid(&list).to_owned(), own);
                workspace.own_tasks = Some(list);
            }
            Err(fault) if is_plan(&fault) || is_hidden(&fault) => {
                workspace.faults.push(("the account's own tasks in no project".to_owned(), fault));
            }
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}

fn is_hidden(fault: &ApiFault) -> bool {
    matches!(fault.class, FaultClass::Forbidden | FaultClass::NotFound)
}

/// The list with what tells it from a project, and with its workspace even where Asana does not say it.
fn typed(list: Value, workspace: &str) -> Value {
    let mut list = object(list);
    list.insert("resource_type".to_owned(), json!(RESOURCE_TYPE));
    if list.get("workspace").map(gid).is_none_or(str::is_empty) {
        list.insert("workspace".to_owned(), json!({ "gid": workspace }));
    }
    list.into()
}

/// The version of a list. Events are given for projects and tasks only, so its tasks are listed to see whether one has
/// changed. Where one has subtasks, which no list shows, it is another version each time.
pub(super) async fn version(asana: &Asana, list: &str) -> Result<String, ApiFault> {
    let loose = match read::loose(asana, list).await {
        Ok(loose) => Some(loose),
        // The reading says so, and names it.
        Err(fault) if is_hidden(&fault) => None,
        Err(fault) => return Err(fault),
    };
    let seen = loose.as_ref().map(|loose| Hash::of(&canon::to_bytes(&json!(loose.tasks))).short());
    let shows_all = loose.as_ref().is_some_and(Loose::is_whole);
    if let Some(own) = lock(&asana.own_tasks).get_mut(list) {
        own.loose = loose;
    }
    let before = asana.last_mark(list);
    if let Some(same) = before.as_ref().filter(|before| shows_all && Some(&before.seen) == seen.as_ref()) {
        return Ok(same.to_string());
    }
    let number: u64 = before.and_then(|mark| mark.token.parse().ok()).unwrap_or_default();
    Ok(Mark::new(seen.unwrap_or_default(), asana.clock.now(), number.wrapping_add(1).to_string()).to_string())
}

impl Asana {
    /// The workspace of a container that is the account's list of its own tasks; nothing where it is a project.
    pub(super) async fn own_tasks_in(&self, container: &str) -> Result<Option<String>, ApiFault> {
        {
            let known = lock(&self.own_tasks);
            if !known.is_empty() {
                return Ok(known.get(container).map(|list| list.workspace().to_owned()));
            }
        }
        // A run that is resumed has discovered nothing.
        if let Some(asked) = lock(&self.places).own_lists.get(container) {
            return Ok(asked.clone());
        }
        let question = Question::new(&["user_task_lists", container], LIST);
        let workspace = match self.ones(&[question]).await?.pop() {
            Some(Ok(list)) => Some(gid_at(&list, "workspace").to_owned()),
            Some(Err(fault)) if !is_hidden(&fault) => return Err(fault),
            Some(Err(_)) | None => None,
        };
        lock(&self.places).own_lists.insert(container.to_owned(), workspace.clone());
        Ok(workspace)
    }
}
