//! Asana's tables: what each kind of thing is, and what the API really lets one do with it.
//!
//! Paths are those of the *split* records (see `read::split`): lists of compact records have become lists of
//! gids there. What may be written follows the vendor's reference; see the folder's README for the sources.

mod project;
mod task;
mod workspace;

use crate::model::spec::KindSpec;

/// One table per kind, in rank order.
pub(super) static KINDS: &[KindSpec] = &[
    workspace::ACCOUNT,
    workspace::WORKSPACE,
    workspace::TEAM,
    workspace::TEAM_MEMBER,
    workspace::WORKSPACE_MEMBER,
    project::PROJECT,
    project::MEMBER,
    project::TAG,
    project::CUSTOM_FIELD,
    project::OPTION,
    project::COMPUTED_FIELD,
    project::SECTION,
    task::TASK,
    task::PLACEMENT,
    task::FIELD_VALUE,
    project::BRIEF,
    task::ATTACHMENT,
    task::COMMENT,
    project::STATUS_UPDATE,
    workspace::INVENTORY,
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
    fn no_path_is_named_twice_and_parents_come_before_their_children() {
        for spec in KINDS {
            for (at, field) in spec.fields.iter().enumerate() {
                assert!(!spec.fields[..at].iter().any(|other| other.path == field.path), "{}", field.path);
            }
            for (kind, path) in spec.parent.places() {
                assert!(kind.rank() <= spec.kind.rank() && !path.is_empty(), "{} on {kind}", spec.noun);
            }
        }
    }

    #[test]
    fn references_lead_to_kinds_that_have_a_table() {
        for spec in KINDS {
            for field in spec.fields {
                if let Role::Reference(kind) | Role::References(kind) | Role::Sequence(kind) = field.role {
                    assert!(KINDS.iter().any(|other| other.kind == kind), "{} {}", spec.noun, field.path);
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
    fn what_cannot_be_updated_has_no_field_that_could_be() {
        for spec in KINDS.iter().filter(|spec| spec.verbs.create && !spec.verbs.update) {
            assert!(
                spec.fields.iter().all(|field| !matches!(field.role, Role::Writable | Role::Sequence(_))),
                "{}",
                spec.noun
            );
        }
    }
}
