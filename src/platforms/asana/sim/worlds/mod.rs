//! What a sandbox starts with.

mod builder;
mod large;
mod lists;
mod nasty;
mod nasty_people;
mod tiny;
mod typical;

use std::collections::BTreeSet;

use self::builder::Builder;
use super::state::State;
use crate::platforms::platform::SandboxSettings;

/// A finished world.
pub(super) struct Built {
    pub(super) state: State,
    pub(super) residents: Vec<Resident>,
}

/// Somebody who can log in.
pub(super) struct Resident {
    pub(super) user: String,
    pub(super) role: String,
    pub(super) credential: Credential,
}

/// How somebody logs in.
pub(super) enum Credential {
    /// With a personal token.
    Personal,
    /// Through the app, for these scopes; nothing: for everything.
    OAuth(Option<BTreeSet<String>>),
}

/// Builds the world of the name in the settings.
pub(super) fn build(settings: &SandboxSettings) -> Result<Built, String> {
    let mut builder = Builder::new(settings);
    let name = settings.world.as_str();
    match name.split_once(':') {
        None if name == "tiny" => tiny::fill(&mut builder),
        None if name == "typical" => typical::fill(&mut builder),
        None if name == "nasty" => nasty::fill(&mut builder),
        None if name == "cost-1000" => large::fill_project(&mut builder),
        Some(("large", tasks)) => {
            let tasks = tasks.parse().map_err(|_| format!("`{tasks}` is not a number of tasks"))?;
            large::fill(&mut builder, tasks);
        }
        Some(("tiny", level @ ("viewer" | "commenter" | "editor"))) => {
            tiny::fill(&mut builder);
            builder.give_flo(level);
        }
        Some(("list", which)) => {
            let mut parts = which.split(':');
            let list = parts.next().unwrap_or_default();
            let number = |text: &str| text.parse().map_err(|_| format!("`{text}` is not a number of entries"));
            let entries = number(parts.next().unwrap_or_default())?;
            if let Some(page) = parts.next() {
                builder.state.rules.longest_page = number(page)?;
            }
            lists::fill(&mut builder, list, entries)?;
        }
        _ => {
            return Err(format!(
                "there is no world `{name}`; there are tiny, tiny:viewer, tiny:commenter, tiny:editor, typical, nasty, large:N (N tasks), cost-1000, \
                 list:LIST:N (one list with N entries) and list:LIST:N:PAGE (so many on a page)"
            ));
        }
    }
    builder.finish()
}
