//! The decision table: what a mode does with a record, given on which sides it is there.

use super::types::Mode;

/// On which sides a record is there, after records with different ids have been paired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairState {
    /// Only in the backup.
    OnlyInBackup,
    /// On both sides, with differences that can be written.
    Differs,
    /// On both sides, with nothing to write.
    Equal,
    /// Only on the live account.
    OnlyLive,
}

impl PairState {
    /// All states, in the order of the table's columns.
    pub const ALL: &'static [Self] = &[Self::OnlyInBackup, Self::Differs, Self::Equal, Self::OnlyLive];

    /// The column's heading.
    pub fn words(self) -> &'static str {
        match self {
            Self::OnlyInBackup => "only in the backup",
            Self::Differs => "differs",
            Self::Equal => "equal",
            Self::OnlyLive => "only live",
        }
    }
}

/// What is done with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// It is created where it was.
    Create,
    /// It is created again, inside the new container, section or item.
    CreateInNew,
    /// It is changed back.
    Update,
    /// There is nothing to do.
    Nothing,
    /// It stays, and is counted.
    Keep,
    /// It is deleted together with the thing that is replaced.
    GoesWithOld,
    /// It is created if the run removed it.
    CreateIfRemoved,
    /// Those of its fields are changed back that the run changed.
    UpdateIfChanged,
    /// It is deleted if the run created it.
    DeleteIfCreated,
}

impl Treatment {
    /// The entry in the table.
    pub fn words(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::CreateInNew => "create in the new one",
            Self::Update => "update",
            Self::Nothing => "nothing",
            Self::Keep => "keep",
            Self::GoesWithOld => "goes with the old one",
            Self::CreateIfRemoved => "create if the run removed it",
            Self::UpdateIfChanged => "update what the run changed",
            Self::DeleteIfCreated => "delete if the run created it",
        }
    }
}

/// The table.
pub fn treatment(mode: Mode, state: PairState) -> Treatment {
    use PairState::{Differs, Equal, OnlyInBackup, OnlyLive};
    match (mode, state) {
        (Mode::Merge, OnlyInBackup) => Treatment::Create,
        (Mode::Merge, Differs) => Treatment::Update,
        (Mode::Merge | Mode::Undo, Equal) => Treatment::Nothing,
        (Mode::Merge | Mode::Copy, OnlyLive) => Treatment::Keep,
        (Mode::Copy | Mode::DeleteBefore | Mode::DeleteBeforeLiteral, OnlyInBackup | Differs | Equal) => {
            Treatment::CreateInNew
        }
        (Mode::DeleteBefore | Mode::DeleteBeforeLiteral, OnlyLive) => Treatment::GoesWithOld,
        (Mode::Undo, OnlyInBackup) => Treatment::CreateIfRemoved,
        (Mode::Undo, Differs) => Treatment::UpdateIfChanged,
        (Mode::Undo, OnlyLive) => Treatment::DeleteIfCreated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODES: &[(Mode, &str)] = &[
        (Mode::Merge, "merge"),
        (Mode::Copy, "copy"),
        (Mode::DeleteBefore, "delete-before"),
        (Mode::DeleteBeforeLiteral, "delete-before, literal"),
        (Mode::Undo, "undo"),
    ];

    fn table() -> String {
        let line = |cells: Vec<&str>| format!("| {} |\n", cells.join(" | "));
        let headings = PairState::ALL.iter().map(|state| state.words());
        let mut text = line(std::iter::once("").chain(headings).collect());
        text += &line(vec!["---"; PairState::ALL.len() + 1]);
        for (mode, name) in MODES {
            let cells = PairState::ALL.iter().map(|state| treatment(*mode, *state).words());
            text += &line(std::iter::once(*name).chain(cells).collect());
        }
        text
    }

    #[test]
    fn the_document_shows_the_table_as_it_is() {
        let document = include_str!("../../docs/restore-semantics.md");
        let table = table().replace("|  |", "| |");
        assert!(document.contains(&table), "docs/restore-semantics.md must hold:\n{table}");
    }

    #[test]
    fn only_delete_before_and_undo_ever_remove() {
        let removes = |mode| {
            PairState::ALL.iter().any(|state| {
                matches!(treatment(mode, *state), Treatment::GoesWithOld | Treatment::DeleteIfCreated)
            })
        };
        let removing: Vec<_> =
            MODES.iter().filter(|(mode, _)| removes(*mode)).map(|(_, name)| *name).collect();
        assert_eq!(removing, ["delete-before", "delete-before, literal", "undo"]);
    }
}
