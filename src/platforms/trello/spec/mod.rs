//! Trello's tables: what each kind of thing is, and what the API really lets one do with it.
//!
//! Paths are those of the *split* records (see `read::split`), not of one big board answer. What may be
//! written follows the vendor's reference; see the folder's README for the sources and for what is left out.

mod board;
mod card;
mod workspace;

use crate::model::spec::KindSpec;

/// One table per kind, in rank order.
pub(super) static KINDS: &[KindSpec] = &[
    workspace::ACCOUNT,
    workspace::WORKSPACE,
    workspace::WORKSPACE_MEMBER,
    board::BOARD,
    board::MEMBER,
    board::POWER_UP,
    board::LABEL,
    board::CUSTOM_FIELD,
    board::OPTION,
    board::LIST,
    card::CARD,
    card::FIELD_VALUE,
    card::CHECKLIST,
    card::CHECKLIST_ITEM,
    card::ATTACHMENT,
    card::STICKER,
    card::COMMENT,
    card::POWER_UP_DATA,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::spec::Role;

    #[test]
    fn every_kind_has_one_table_in_rank_order() {
        assert!(KINDS.is_sorted_by(|a, b| a.kind.rank() < b.kind.rank()));
    }

    #[test]
    fn no_path_is_named_twice_and_references_lead_to_known_kinds() {
        for spec in KINDS {
            for (at, field) in spec.fields.iter().enumerate() {
                assert!(!spec.fields[..at].iter().any(|other| other.path == field.path), "{}", field.path);
            }
            for (kind, path) in spec.parent.places() {
                assert!(kind.rank() < spec.kind.rank() && !path.is_empty());
            }
        }
    }

    #[test]
    fn what_cannot_be_written_has_no_writable_field() {
        for spec in KINDS.iter().filter(|spec| !spec.verbs.create && !spec.verbs.update) {
            assert!(spec.fields.iter().all(|field| matches!(field.role, Role::ReadOnly(_))), "{}", spec.noun);
        }
    }

    #[test]
    fn what_cannot_be_updated_only_has_fields_of_the_creation() {
        for spec in KINDS.iter().filter(|spec| spec.verbs.create && !spec.verbs.update) {
            assert!(
                spec.fields.iter().all(|field| matches!(field.role, Role::CreateOnly | Role::ReadOnly(_))),
                "{}",
                spec.noun
            );
        }
    }
}
