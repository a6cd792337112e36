//! Smartsheet's tables: what each kind of thing is, and what the API really lets one do with it.
//!
//! Paths are those of the *split* records (see `read::split`), not of one big sheet answer. The folder's README
//! names the sources and what is left out.

mod account;
mod row;
mod sheet;

use crate::model::spec::KindSpec;

/// One table per kind, in rank order.
pub(super) static KINDS: &[KindSpec] = &[
    account::ACCOUNT,
    account::WORKSPACE,
    account::GROUP,
    account::GROUP_MEMBER,
    account::WORKSPACE_MEMBER,
    account::FOLDER,
    sheet::SHEET,
    sheet::SHARE,
    sheet::DEPENDENCIES,
    sheet::COLUMN,
    sheet::SUMMARY_FIELD,
    row::ROW,
    sheet::CROSS_SHEET_REFERENCE,
    row::CELL,
    row::IMAGE,
    row::ATTACHMENT,
    row::DISCUSSION,
    row::COMMENT,
    row::ENCLOSURE,
    account::INVENTORY,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::spec::{Role, When};

    #[test]
    fn every_kind_has_one_table_in_rank_order() {
        assert!(KINDS.is_sorted_by(|a, b| a.kind.rank() < b.kind.rank()));
    }

    #[test]
    fn no_path_is_named_twice_and_parents_come_first() {
        for spec in KINDS {
            for (at, field) in spec.fields.iter().enumerate() {
                assert!(!spec.fields[..at].iter().any(|other| other.path == field.path), "{}", field.path);
            }
            for (kind, path) in spec.parent.places() {
                assert!(kind.rank() <= spec.kind.rank() && !path.is_empty());
            }
        }
    }

    #[test]
    fn what_is_referred_to_at_creation_has_a_lower_rank() {
        for spec in KINDS {
            for field in spec.fields.iter().filter(|field| field.when == When::Create) {
                if let Role::Reference(kind) | Role::References(kind) = field.role {
                    assert!(kind.rank() <= spec.kind.rank(), "{} {}", spec.noun, field.path);
                }
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
    fn what_cannot_be_changed_has_no_field_that_is_written_later() {
        for spec in KINDS.iter().filter(|spec| spec.verbs.create && !spec.verbs.update) {
            for field in spec.fields {
                assert!(!matches!(field.role, Role::Writable) && field.when == When::Create, "{}", field.path);
            }
        }
    }
}
