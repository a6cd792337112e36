//! What a restore brings back, platform by platform: the same tables that drive the planner, for reading.

use std::fmt::Write;

use crate::model::Kind;
use crate::model::dialect::Dialect;
use crate::model::spec::{Field, KindSpec, Role, Verbs};
use crate::platforms;

/// The whole document as Markdown: what `docs/fidelity.md` must say.
pub fn document() -> String {
    let mut text = String::from(
        "# What a restore brings back\n\n\
         Written by the program itself (`BOARDVAULT_BLESS=1 cargo test docs`) from the tables that drive the planner; \
         a test fails when it is out of date. Everything that a platform's API shows is kept in the vault and in \
         exports, whether or not it is named here; `docs/restore-semantics.md` says how it is written back.\n",
    );
    for platform in platforms::PLATFORMS {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n## {}\n", platform.name);
        for spec in platform.dialect.kinds() {
            text.push_str(&kind(platform.dialect, spec));
        }
    }
    text
}

fn kind(dialect: &dyn Dialect, spec: &KindSpec) -> String {
    let mut text = format!("\n### {}\n\n{}\n", spec.noun, verbs(spec.verbs));
    for cause in spec.losses {
        let _ = writeln!(text, "- Lost when it is made again: {}", cause.text());
    }
    if !spec.fields.is_empty() {
        text.push_str("\n| field | comes back |\n| --- | --- |\n");
    }
    for field in spec.fields {
        let _ = writeln!(text, "| `{}` | {} |", field.path, comes_back(dialect, spec.verbs, field));
    }
    text
}

fn verbs(verbs: Verbs) -> String {
    let offered = [
        (verbs.create, "created"),
        (verbs.update, "changed"),
        (verbs.delete, "deleted"),
        (verbs.archive, "archived in place of being deleted"),
    ];
    let offered: Vec<&str> =
        offered.into_iter().filter_map(|(offers, word)| offers.then_some(word)).collect();
    match offered.split_last() {
        None => "Kept and shown, never written.".to_owned(),
        Some((only, [])) => format!("Can be {only}."),
        Some((last, others)) => format!("Can be {} and {last}.", others.join(", ")),
    }
}

fn comes_back(dialect: &dyn Dialect, verbs: Verbs, field: &Field) -> String {
    let noun =
        |kind: Kind| dialect.spec(kind).map_or((kind.name(), kind.name()), |spec| (spec.noun, spec.plural));
    if verbs == Verbs::NONE && !matches!(field.role, Role::ReadOnly(_)) {
        return "no: it is never written".to_owned();
    }
    let when = match (verbs.create, verbs.update) {
        (true, true) => "yes",
        (true, false) => "on creation only",
        (false, _) => "yes, on what is there",
    };
    match field.role {
        Role::Writable => when.to_owned(),
        Role::CreateOnly => "on creation only".to_owned(),
        Role::Reference(kind) if field.next_sibling => {
            format!("where a new one is put: before this {}", noun(kind).0)
        }
        Role::Reference(kind) => format!("{when}; points to the restored {}", noun(kind).0),
        Role::References(kind) => format!("{when}; points to the restored {}", noun(kind).1),
        Role::Sequence(kind) => {
            let is_placed_once = dialect.spec(kind).is_some_and(KindSpec::is_placed_once);
            let when = if is_placed_once { "for new ones" } else { when };
            let order = format!("{when}; the order of the {}", noun(kind).1);
            field
                .mixed_with
                .map_or(order.clone(), |mixed| format!("{order} and the {} among them", noun(mixed).1))
        }
        Role::Person | Role::Persons => format!("{when}, for people who are still there"),
        Role::ReadOnly(cause) => format!("no: {}", cause.text()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_and_field_of_every_platform_has_its_line() {
        let text = document();
        for spec in platforms::PLATFORMS.iter().flat_map(|platform| platform.dialect.kinds()) {
            assert!(text.contains(&format!("\n### {}\n", spec.noun)), "{}", spec.noun);
            for field in spec.fields {
                assert!(text.contains(&format!("| `{}` |", field.path)), "{}", field.path);
            }
        }
    }
}
