//! Which records are the same thing under different ids, because one was restored from the other.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::RecordKey;

/// One line of the permanent id map: a restore made `new` out of `old`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Origin {
    /// The record in the snapshot.
    pub old: RecordKey,
    /// The record that the restore created.
    pub new: RecordKey,
    /// The token by which texts link to the old and to the new record, where there is one.
    pub links: Option<(String, String)>,
}

/// Groups of records that are one thing. Restoring twice puts all three records into one group, so a later
/// restore from any snapshot finds the one that is alive.
#[derive(Debug, Clone, Default)]
pub struct OriginMap {
    group_of: BTreeMap<RecordKey, usize>,
    groups: Vec<BTreeSet<RecordKey>>,
    links: BTreeMap<String, String>,
}

impl OriginMap {
    /// Adds one line. Order of additions does not matter for groups; for links the latest wins.
    pub fn add(&mut self, origin: &Origin) {
        let a = self.group(&origin.old);
        let b = self.group(&origin.new);
        if a != b {
            let moved = self.groups.get_mut(b).map(std::mem::take).unwrap_or_default();
            for key in &moved {
                self.group_of.insert(key.clone(), a);
            }
            if let Some(group) = self.groups.get_mut(a) {
                group.extend(moved);
            }
        }
        if let Some((old, new)) = &origin.links {
            self.links.insert(old.clone(), new.clone());
        }
    }

    /// All records that are the same thing as `key`, without `key` itself.
    pub fn aliases<'a>(&'a self, key: &'a RecordKey) -> impl Iterator<Item = &'a RecordKey> {
        self.group_of
            .get(key)
            .and_then(|group| self.groups.get(*group))
            .into_iter()
            .flatten()
            .filter(move |other| *other != key)
    }

    /// The token that replaced `token` in links, followed to its latest successor.
    pub fn link(&self, token: &str) -> Option<&str> {
        let mut seen = BTreeSet::new();
        let mut latest = self.links.get(token)?;
        while let Some(next) = self.links.get(latest).filter(|_| seen.insert(latest.clone())) {
            latest = next;
        }
        Some(latest)
    }

    fn group(&mut self, key: &RecordKey) -> usize {
        *self.group_of.entry(key.clone()).or_insert_with(|| {
            self.groups.push(BTreeSet::from([key.clone()]));
            self.groups.len().saturating_sub(1)
        })
    }
}

impl FromIterator<Origin> for OriginMap {
    fn from_iter<I: IntoIterator<Item = Origin>>(origins: I) -> Self {
        let mut map = Self::default();
        for origin in origins {
            map.add(&origin);
        }
        map
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;

    fn key(id: &str) -> RecordKey {
        RecordKey::new("b", Kind::Item, id)
    }

    fn origin(old: &str, new: &str) -> Origin {
        Origin { old: key(old), new: key(new), links: Some((old.into(), new.into())) }
    }

    #[test]
    fn two_restores_of_one_card_are_one_group_whatever_the_order() {
        for lines in [[origin("1", "2"), origin("1", "3")], [origin("1", "3"), origin("1", "2")]] {
            let map: OriginMap = lines.into_iter().collect();
            assert_eq!(map.aliases(&key("2")).collect::<Vec<_>>(), [&key("1"), &key("3")]);
        }
        assert_eq!(OriginMap::default().aliases(&key("1")).count(), 0);
    }

    #[test]
    fn links_lead_to_the_latest_successor_and_circles_end() {
        let map: OriginMap = [origin("1", "2"), origin("2", "3")].into_iter().collect();
        assert_eq!(map.link("1"), Some("3"));
        let circle: OriginMap = [origin("1", "2"), origin("2", "1")].into_iter().collect();
        assert!(circle.link("1").is_some());
    }
}
