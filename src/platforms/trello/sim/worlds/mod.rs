//! What a sandbox starts with.

mod builder;
mod large;
mod lists;
mod nasty;
mod tiny;
mod typical;

use self::builder::Builder;
use super::state::State;

/// A finished world.
pub(super) struct Built {
    pub(super) state: State,
    pub(super) residents: Vec<Resident>,
}

/// Somebody who can log in.
pub(super) struct Resident {
    pub(super) member: String,
    pub(super) role: String,
    pub(super) write: bool,
}

/// Builds the world of this name.
pub(super) fn build(name: &str, seed: u64, origin: String) -> Result<Built, String> {
    let mut builder = Builder::new(seed, origin);
    match name.split_once(':') {
        None if name == "tiny" => tiny::fill(&mut builder),
        None if name == "typical" => typical::fill(&mut builder),
        None if name == "nasty" => nasty::fill(&mut builder),
        None if name == "board-1000" => large::fill_board(&mut builder),
        Some(("large", cards)) => {
            let cards = cards.parse().map_err(|_| format!("`{cards}` is not a number of cards"))?;
            large::fill(&mut builder, cards);
        }
        Some(("tiny", role @ ("guest" | "member"))) => {
            tiny::fill(&mut builder);
            builder.invite_eve(role == "guest");
        }
        Some(("list", which)) => {
            let (list, entries) = which.split_once(':').unwrap_or((which, ""));
            let entries = entries.parse().map_err(|_| format!("`{entries}` is not a number of entries"))?;
            lists::fill(&mut builder, list, entries)?;
        }
        _ => {
            return Err(format!(
                "there is no world `{name}`; there are tiny, tiny:guest, tiny:member, typical, nasty, large:N (N cards), board-1000 and \
                 list:LIST:N (one list with N entries)"
            ));
        }
    }
    builder.finish()
}
