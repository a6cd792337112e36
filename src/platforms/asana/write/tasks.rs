//! Tasks, and their places in projects that they do not belong to.

use serde_json::{Value, json};

use super::calls::{Ids, Params, flat, params, refusal, set, take, texts};
use super::places::Spot;
use super::{dates, marker, not_offered, order};
use crate::http::fault::{ApiFault, FaultClass};
use crate::model::grants::Verb;
use crate::model::NativeId;
use crate::model::mutation::{Mutation, WriteError};
use crate::platforms::asana::Asana;
use crate::platforms::asana::asking::Question;
use crate::platforms::asana::json::{gid, gid_at, gids, list, text};
use crate::platforms::asana::read::{NOT_IN_PROJECT, shown_id};

/// Sets of gids with the routes that add to them and take from them, and the parameter of these.
const SETS: [(&str, &str, &str, &str); 2] = [
    ("followers", "addFollowers", "removeFollowers", "followers"),
    ("dependencies", "addDependencies", "removeDependencies", "dependencies"),
];

/// Creates, changes or removes a task; gives its gid.
pub(super) async fn write(asana: &Asana, mutation: &Mutation) -> Result<String, WriteError> {
    match mutation.verb {
        Verb::Create => create(asana, mutation).await,
        Verb::Update => {
            let task = mutation.own()?;
            update(asana, task, mutation).await?;
            Ok(task.to_owned())
        }
        Verb::Delete => {
            let task = mutation.own()?;
            asana.remove(&["tasks", task]).await.map_err(|fault| refusal(&fault))?;
            Ok(task.to_owned())
        }
    }
}

/// What a task hangs on: its parent, or else the section that it stands in.
pub(super) fn spot<'a>(mutation: &'a Mutation, fields: &'a Params) -> Result<Spot<'a>, WriteError> {
    let said = |name: &str| fields.get(name).and_then(Value::as_str);
    match (said("parent"), said("section")) {
        (Some(parent), _) => Ok(Spot::Parent(parent)),
        (None, Some(section)) => Ok(Spot::Section { project: mutation.within()?, section }),
        (None, None) => Ok(Spot::Section { project: mutation.within()?, section: "" }),
    }
}

async fn create(asana: &Asana, mutation: &Mutation) -> Result<String, WriteError> {
    let fields = flat(&mutation.fields);
    let spot = spot(mutation, &fields)?;
    let mut body = set(fields.clone());
    take(&mut body, &["parent", "section", NOT_IN_PROJECT, "subtasks", "followers", "dependencies"]);
    sort_of_task(&mut body);
    dates::of_new(&mut body);
    let path: Vec<&str> = match spot {
        Spot::Parent(parent) => vec!["tasks", parent, "subtasks"],
        Spot::Section { project, section: "" } => {
            match asana.own_tasks_in(project).await.map_err(|fault| refusal(&fault))? {
                // The account's own list has the task because the account has it.
                Some(workspace) => {
                    body.insert("workspace".to_owned(), json!(workspace));
                    body.entry("assignee").or_insert_with(|| json!("me"));
                }
                None => drop(body.insert("projects".to_owned(), json!([project]))),
            }
            vec!["tasks"]
        }
        Spot::Section { project, section } => {
            body.insert("memberships".to_owned(), json!([{"project": project, "section": section}]));
            vec!["tasks"]
        }
    };
    let made = if asana.is_app { marked(asana, mutation, &path, body).await } else { asana.create(&path, body).await };
    let id = gid(&made.map_err(|fault| refusal(&fault))?).to_owned();
    if id.is_empty() {
        return Err(WriteError::Unknown("the answer to the creation of a task has no gid".to_owned()));
    }
    if !matches!(spot, Spot::Section { section: "", .. }) {
        asana.stands_last(&id, spot).await?;
    }
    Ok(id)
}

/// Creates a task with a mark that no other has.
async fn marked(asana: &Asana, mutation: &Mutation, path: &[&str], body: Params) -> Result<Value, ApiFault> {
    let marker = marker::of(mutation);
    loop {
        let number = asana.next_number(&marker);
        let mut body = body.clone();
        body.insert("external".to_owned(), json!({ "gid": marker::numbered(&marker, number) }));
        match asana.create(path, body).await {
            // An earlier run made its twin.
            Err(fault) if marker::is_taken(&fault) && number < 1000 => {}
            answer => return answer,
        }
    }
}

/// An approval is completed by its status, and other tasks have none. What older backups call by its own type is created
/// as an ordinary task, and gets its type like the others when it is there.
fn sort_of_task(body: &mut Params) {
    match body.get("resource_subtype").and_then(Value::as_str) {
        Some("approval") => drop(body.remove("completed")),
        Some("custom") => drop(take(body, &["resource_subtype", "approval_status"])),
        Some(_) => drop(body.remove("approval_status")),
        None => {}
    }
}

/// A task of one of an organization's own types says so by its subtype, and is completed by its status.
fn type_of_task(body: &mut Params) {
    let types = take(body, &["custom_type", "custom_type_status_option"]);
    let is_set = |name: &str| types.get(name).is_some_and(|value| !value.is_null());
    if is_set("custom_type_status_option") {
        body.remove("completed");
    }
    if is_set("custom_type") {
        body.insert("resource_subtype".to_owned(), json!("custom"));
    } else if types.contains_key("custom_type") {
        body.entry("resource_subtype").or_insert_with(|| json!("default_task"));
        return;
    }
    body.extend(set(types));
}

async fn update(asana: &Asana, task: &str, mutation: &Mutation) -> Result<(), WriteError> {
    let mut body = flat(&mutation.fields);
    let places = take(&mut body, &["parent", "section", NOT_IN_PROJECT]);
    let sets = take(&mut body, &["followers", "dependencies", "tags"]);
    let subtasks = body.remove("subtasks");
    if !places.is_empty() {
        move_task(asana, task, mutation, &places).await?;
    }
    if body.contains_key("approval_status") {
        body.remove("completed");
    }
    type_of_task(&mut body);
    let refused = |fault: ApiFault| refusal(&fault);
    dates::of_change(asana, &["tasks", task], &mut body).await.map_err(refused)?;
    if !body.is_empty() {
        asana.change(&["tasks", task], body).await.map_err(refused)?;
    }
    if !sets.is_empty() {
        write_sets(asana, task, &sets).await.map_err(refused)?;
    }
    if let Some(wanted) = subtasks {
        order::subtasks(asana, task, &texts(&wanted)).await?;
    }
    Ok(())
}

/// Brings a task to another section, below another task, or from there into a section. Without a section it
/// is somewhere in its project, unless it is not to be in it.
async fn move_task(asana: &Asana, task: &str, mutation: &Mutation, places: &Params) -> Result<(), WriteError> {
    let project = mutation.within()?;
    let question =
        Question::new(&["tasks", task], "memberships.project.gid,memberships.section.gid,parent.gid");
    let live = asana.one(&question).await.map_err(|fault| refusal(&fault))?;
    let memberships = list(&live, "memberships");
    let projects: Vec<&str> = memberships.iter().map(|membership| gid_at(membership, "project")).collect();
    // What the task stood in when the plan was made; nothing where it is only to come into a project as well.
    let left = mutation.parent.as_ref().map(NativeId::as_str).filter(|parent| !parent.is_empty());
    let left = memberships.iter().find(|membership| Some(gid_at(membership, "section")) == left);
    let left = left.map(|membership| gid_at(membership, "project"));
    let said = |name: &str| places.get(name).and_then(Value::as_str);
    if let Some(parent) = said("parent") {
        asana.move_to_bottom(task, Spot::Parent(parent)).await?;
        if places.contains_key("section") && said("section").is_none() && projects.contains(&project) {
            leave(asana, task, project).await?;
        }
        return Ok(());
    }
    if let Some(section) = said("section") {
        asana.move_to_bottom(task, Spot::Section { project, section }).await?;
        // A task that is in one other project was moved there; one that is in several is at home in them.
        let others: Vec<&str> = projects.into_iter().filter(|other| *other != project).collect();
        if let [other] = others.as_slice()
            && left == Some(*other)
        {
            leave(asana, task, other).await?;
        }
    } else if places.get(NOT_IN_PROJECT) == Some(&Value::Bool(true)) {
        if let Some(left) = left.or(Some(project).filter(|project| projects.contains(project))) {
            leave(asana, task, left).await?;
        }
    } else if !projects.contains(&project)
        && asana.own_tasks_in(project).await.map_err(|fault| refusal(&fault))?.is_none()
    {
        enter(asana, task, project).await?;
    }
    if places.contains_key("parent") && !gid_at(&live, "parent").is_empty() {
        let nowhere = params([("parent", Value::Null)]);
        asana.bring_about(&["tasks", task, "setParent"], nowhere).await.map_err(|fault| refusal(&fault))?;
    }
    Ok(())
}

async fn enter(asana: &Asana, task: &str, project: &str) -> Result<(), WriteError> {
    let entered = asana.bring_about(&["tasks", task, "addProject"], params([("project", project.into())])).await;
    entered.map(drop).map_err(|fault| refusal(&fault))
}

async fn leave(asana: &Asana, task: &str, project: &str) -> Result<(), WriteError> {
    let left = asana.bring_about(&["tasks", task, "removeProject"], params([("project", project.into())])).await;
    left.map(drop).map_err(|fault| refusal(&fault))
}

/// Adds what is missing and takes away what is too much.
async fn write_sets(asana: &Asana, task: &str, sets: &Params) -> Result<(), ApiFault> {
    let live = asana.one(&Question::new(&["tasks", task], "followers,dependencies,tags")).await?;
    let difference = |name: &str| {
        let there = Value::Array(gids(list(&live, name)));
        let wanted = sets.get(name)?;
        let (there, wanted) = (texts(&there), texts(wanted));
        let owned = |ids: Vec<&str>| ids.into_iter().map(ToOwned::to_owned).collect::<Vec<String>>();
        let missing = owned(wanted.iter().filter(|id| !there.contains(id)).copied().collect());
        let surplus = owned(there.iter().filter(|id| !wanted.contains(id)).copied().collect());
        Some((missing, surplus))
    };
    for (name, add, remove, parameter) in SETS {
        let Some((missing, surplus)) = difference(name) else { continue };
        // First away, then in: there may be room for only so many.
        for (route, ids) in [(remove, surplus), (add, missing)] {
            if !ids.is_empty() {
                asana.bring_about(&["tasks", task, route], params([(parameter, json!(ids))])).await?;
            }
        }
    }
    if let Some((missing, surplus)) = difference("tags") {
        for (route, ids) in [("removeTag", surplus), ("addTag", missing)] {
            for id in ids {
                asana.bring_about(&["tasks", task, route], params([("tag", id.into())])).await?;
            }
        }
    }
    Ok(())
}

/// Puts a task of another project into this one, moves it here, or takes it out.
pub(super) async fn place(asana: &Asana, mutation: &Mutation) -> Result<String, WriteError> {
    let project = mutation.within()?;
    let own = mutation.id.as_ref().and_then(|id| id.as_str().split_once(':')).map(|(_, task)| task);
    let missing = || WriteError::Refused("a task's place needs the task".to_owned());
    let task = mutation.said("item").or(own).ok_or_else(missing)?;
    match (mutation.verb, mutation.said("section")) {
        (Verb::Delete, _) => match leave(asana, task, project).await {
            Err(WriteError::Refused(_)) if is_gone(asana, task).await? => {}
            left => left?,
        },
        (_, Some(section)) => asana.move_to_bottom(task, Spot::Section { project, section }).await?,
        (Verb::Create, None) => enter(asana, task, project).await?,
        (Verb::Update, None) => return Err(not_offered(mutation)),
    }
    Ok(shown_id(project, task))
}

/// Whether a task is no longer there.
async fn is_gone(asana: &Asana, task: &str) -> Result<bool, WriteError> {
    match asana.one(&Question::new(&["tasks", task], "name")).await {
        Err(fault) if fault.class == FaultClass::NotFound => Ok(true),
        Err(fault) => Err(refusal(&fault)),
        Ok(found) => Ok(text(&found, "gid").is_empty()),
    }
}
