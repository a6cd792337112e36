//! What a sandbox starts with.

mod builder;
mod large;
mod lists;
mod nasty;
mod nasty_images;
mod tiny;
mod typical;

use std::collections::BTreeSet;

use self::builder::Builder;
use super::access::Level;
use super::state::State;

/// A finished world.
pub(super) struct Built {
    pub(super) state: State,
    pub(super) residents: Vec<Resident>,
}

/// Somebody who can log in.
pub(super) struct Resident {
    pub(super) user: String,
    pub(super) role: String,
    /// What the token may be used for; none for everything.
    pub(super) scopes: Option<BTreeSet<String>>,
    /// Whether an application was lent the access for a while.
    pub(super) lent: bool,
}

/// Builds the world of this name.
pub(super) fn build(name: &str, seed: u64) -> Result<Built, String> {
    let mut builder = Builder::new(seed);
    match name.split_once(':') {
        None if name == "tiny" => tiny::fill(&mut builder),
        None if name == "typical" => typical::fill(&mut builder),
        None if name == "nasty" => nasty::fill(&mut builder),
        None if name == "cost-1000" => large::fill_cost(&mut builder),
        Some(("large", rows)) => {
            let rows = rows.parse().map_err(|_| format!("`{rows}` is not a number of rows"))?;
            large::fill(&mut builder, rows);
        }
        Some(("tiny", level)) => {
            let level = Level::parse(level).ok_or_else(|| format!("`{level}` is no access level"))?;
            tiny::fill(&mut builder);
            builder.give_cleo(level);
        }
        Some(("list", which)) => {
            let parts: Vec<&str> = which.split(':').collect();
            let [list, entries, longest_page] = parts.as_slice() else {
                return Err("a world of a list is called list:LIST:N:M".to_owned());
            };
            let number = |text: &str| text.parse().map_err(|_| format!("`{text}` is not a number of entries"));
            builder.state.rules.longest_page = number(longest_page)?;
            lists::fill(&mut builder, list, number(entries)?)?;
        }
        _ => {
            return Err(format!(
                "there is no world `{name}`; there are tiny, tiny:LEVEL (Cleo has an access level to sheets only), typical, nasty, large:N (N rows), cost-1000 and \
                 list:LIST:N:M (one list with N entries, M on a page)"
            ));
        }
    }
    builder.finish()
}
