//! Who can be given something on the live account.

use std::collections::BTreeSet;

use crate::model::dialect::Dialect;
use crate::model::{Kind, NativeId, Record, ops};

/// The persons of the live account, as far as the memberships of its workspaces tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct People {
    /// Persons who can be referred to although no membership of the container says so.
    pub there: BTreeSet<NativeId>,
    /// Persons who are a member of no workspace any more, in spite of what memberships of containers say.
    pub departed: BTreeSet<NativeId>,
}

impl People {
    /// Takes from `records` the memberships of workspaces.
    pub fn of<'a>(dialect: &dyn Dialect, records: impl IntoIterator<Item = &'a Record>) -> Self {
        let mut people = Self::default();
        let members = records.into_iter().filter(|record| record.key.kind == Kind::WorkspaceMember);
        for member in members {
            let side = if is_present(dialect, member) { &mut people.there } else { &mut people.departed };
            side.insert(member.key.id.clone());
        }
        people.departed.retain(|person| !people.there.contains(person));
        people
    }
}

fn is_present(dialect: &dyn Dialect, member: &Record) -> bool {
    let fields = dialect.spec(member.key.kind).map_or(&[][..], |spec| spec.fields);
    let mut telling = fields.iter().filter(|field| field.presence);
    telling.all(|field| ops::get(&member.native, field.path) != Some(&serde_json::Value::Bool(false)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::testing::{PLATFORM, world};

    #[test]
    fn who_is_deactivated_everywhere_is_not_there() {
        let records = world(
            "workspace w W
               colleague ann member
               colleague bob member active=false
               colleague carl member active=false
             workspace v V
               colleague carl member active=true",
        );
        let people = People::of(&PLATFORM, records.values());
        assert_eq!(people.there, ["ann", "carl"].map(NativeId::from).into());
        assert_eq!(people.departed, [NativeId::from("bob")].into());
    }
}
