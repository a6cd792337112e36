//! Teams, projects and sections.

use serde_json::{Value, json};

use super::calls::{Ids, Params, flat, halfway, not_offered, params, refusal, set, take, texts};
use super::{dates, order};
use crate::http::fault::{ApiFault, FaultClass};
use crate::model::Kind;
use crate::model::grants::Verb;
use crate::model::mutation::{Mutation, WriteError};
use crate::platforms::asana::Asana;
use crate::platforms::asana::asking::{Question, named};
use crate::platforms::asana::connector::lock;
use crate::platforms::asana::json::{gid, gid_at, gids, list};
use crate::platforms::asana::read::shown_gid;

/// The name of the section that Asana gives to a new project, until the first one of the backup takes its place.
/// It cannot be deleted while it is the only one.
pub(super) const SPARE_SECTION: &str = "(to be replaced by boardvault)";

/// Creates, changes or removes a team, a project or a section; gives its gid.
pub(super) async fn write(asana: &Asana, mutation: &Mutation) -> Result<String, WriteError> {
    match (mutation.kind, mutation.verb) {
        (Kind::Group, Verb::Create) => {
            let team = asana.create(&["teams"], set(flat(&mutation.fields))).await;
            team.map(|team| gid(&team).to_owned()).map_err(|fault| refusal(&fault))
        }
        (Kind::Group, Verb::Update) => {
            let mut body = flat(&mutation.fields);
            // A team stays in its organization.
            body.remove("organization");
            change(asana, &["teams", mutation.own()?], body).await
        }
        (Kind::Container, Verb::Create) => create_project(asana, mutation).await,
        (Kind::Container, Verb::Update) => update_project(asana, mutation).await,
        (Kind::Container, Verb::Delete) => remove_project(asana, mutation.own()?).await,
        (Kind::Section, Verb::Create) => create_section(asana, mutation).await,
        (Kind::Section, Verb::Update) => update_section(asana, mutation).await,
        (Kind::Section, Verb::Delete) => remove(asana, &["sections", mutation.own()?]).await,
        _ => Err(not_offered(mutation)),
    }
}

async fn change(asana: &Asana, path: &[&str; 2], body: Params) -> Result<String, WriteError> {
    if !body.is_empty() {
        asana.change(path, body).await.map_err(|fault| refusal(&fault))?;
    }
    Ok(path.last().copied().unwrap_or_default().to_owned())
}

async fn remove(asana: &Asana, path: &[&str; 2]) -> Result<String, WriteError> {
    asana.remove(path).await.map_err(|fault| refusal(&fault))?;
    Ok(path.last().copied().unwrap_or_default().to_owned())
}

/// Deletes a project with all that is only in it. Left to itself, Asana would keep the tasks that somebody has.
async fn remove_project(asana: &Asana, project: &str) -> Result<String, WriteError> {
    let fields = "assignee,parent,memberships.project";
    let (tasks, _) = match asana.beginning(&Question::new(&["projects", project, "tasks"], fields)).await {
        Err(fault) if fault.class == FaultClass::NotFound => (Vec::new(), None),
        answer => answer.map_err(|fault| refusal(&fault))?,
    };
    let would_stay = |task: &&Value| {
        let is_somebodys = !gid_at(task, "assignee").is_empty() && gid_at(task, "parent").is_empty();
        is_somebodys && list(task, "memberships").len() == 1
    };
    for task in tasks.iter().filter(would_stay) {
        asana.remove(&["tasks", gid(task)]).await.map_err(|fault| refusal(&fault))?;
    }
    remove(asana, &["projects", project]).await
}

async fn create_project(asana: &Asana, mutation: &Mutation) -> Result<String, WriteError> {
    let mut body = flat(&mutation.fields);
    take(&mut body, &["followers", "sections", "custom_field_settings"]);
    // Of these, Asana gives a new project one by itself: the account as the owner, and an icon.
    let given = ["owner", "icon"].map(|name| body.remove_entry(name));
    let mut body = set(body);
    body.extend(given.into_iter().flatten());
    dates::of_new(&mut body);
    let project = asana.create(&["projects"], body).await.map_err(|fault| refusal(&fault))?;
    let id = gid(&project).to_owned();
    if !id.is_empty() {
        prepare(asana, &id).await.map_err(|fault| halfway(&fault))?;
    }
    Ok(id)
}

/// Marks the section that a new project comes with, so that the first section of the backup can take its place.
pub(super) async fn prepare(asana: &Asana, project: &str) -> Result<(), ApiFault> {
    let sections = asana.list(&Question::new(&["projects", project, "sections"], "name")).await?;
    if let [only] = sections.as_slice()
        && named(only) != SPARE_SECTION
    {
        asana.change(&["sections", gid(only)], params([("name", json!(SPARE_SECTION))])).await?;
    }
    Ok(())
}

async fn update_project(asana: &Asana, mutation: &Mutation) -> Result<String, WriteError> {
    let project = mutation.own()?;
    let mut body = flat(&mutation.fields);
    // A project stays in its workspace.
    body.remove("workspace");
    let (sections, followers) = (body.remove("sections"), body.remove("followers"));
    let refused = |fault: ApiFault| refusal(&fault);
    dates::of_change(asana, &["projects", project], &mut body).await.map_err(refused)?;
    change(asana, &["projects", project], body).await?;
    if let Some(wanted) = followers {
        let live = asana.one(&Question::new(&["projects", project], "followers")).await.map_err(refused)?;
        let there = Value::Array(gids(list(&live, "followers")));
        let (there, wanted) = (texts(&there), texts(&wanted));
        let missing: Vec<&str> = wanted.iter().filter(|id| !there.contains(id)).copied().collect();
        let surplus: Vec<&str> = there.iter().filter(|id| !wanted.contains(id)).copied().collect();
        for (route, ids) in [("addFollowers", missing), ("removeFollowers", surplus)] {
            if !ids.is_empty() {
                let params = params([("followers", json!(ids.join(",")))]);
                asana.bring_about(&["projects", project, route], params).await.map_err(refused)?;
            }
        }
    }
    if let Some(wanted) = sections {
        order::sections(asana, project, &texts(&wanted)).await?;
    }
    Ok(project.to_owned())
}

async fn create_section(asana: &Asana, mutation: &Mutation) -> Result<String, WriteError> {
    let project = mutation.within()?;
    let name = mutation.fields.get("name").cloned().unwrap_or_default();
    let known = lock(&asana.places).last_section.get(project).cloned();
    let last = match known {
        Some(last) => last,
        None => match spare_or_last(asana, project).await.map_err(|fault| refusal(&fault))? {
            Spare::Section(spare) => {
                asana.change(&["sections", &spare], params([("name", name)])).await.map_err(|f| refusal(&f))?;
                lock(&asana.places).last_section.insert(project.to_owned(), spare.clone());
                return Ok(spare);
            }
            Spare::None { last } => last,
        },
    };
    let mut body = params([("name", name)]);
    if !last.is_empty() {
        body.insert("insert_after".to_owned(), json!(last));
    }
    let created = asana.create(&["projects", project, "sections"], body).await;
    if created.is_err() {
        // The last one may have been deleted meanwhile.
        lock(&asana.places).last_section.remove(project);
    }
    let id = gid(&created.map_err(|fault| refusal(&fault))?).to_owned();
    if !id.is_empty() {
        lock(&asana.places).last_section.insert(project.to_owned(), id.clone());
    }
    Ok(id)
}

enum Spare {
    /// The section that a new project came with and that waits for its name.
    Section(String),
    /// There is none; new sections go behind this one.
    None { last: String },
}

async fn spare_or_last(asana: &Asana, project: &str) -> Result<Spare, ApiFault> {
    let sections = asana.list(&Question::new(&["projects", project, "sections"], "name")).await?;
    if let Some(spare) = sections.iter().find(|section| named(section) == SPARE_SECTION) {
        return Ok(Spare::Section(gid(spare).to_owned()));
    }
    Ok(Spare::None { last: sections.last().map(gid).unwrap_or_default().to_owned() })
}

async fn update_section(asana: &Asana, mutation: &Mutation) -> Result<String, WriteError> {
    let section = mutation.own()?;
    let mut body = mutation.fields.clone();
    let items = body.remove("items");
    change(asana, &["sections", section], body).await?;
    if let Some(wanted) = items {
        let tasks: Vec<&str> = texts(&wanted).into_iter().map(shown_gid).collect();
        order::tasks(asana, section, &tasks).await?;
    }
    Ok(section.to_owned())
}
