//! Items that a restore wants back: where they are looked for, and which container has the record of one that lies in
//! several.

use std::collections::{BTreeMap, BTreeSet};

use super::error::Error;
use crate::model::origins::OriginMap;
use crate::model::{Kind, NativeId, RecordKey};
use crate::platforms::connector::Connector;
use crate::snapshot::Reader;

/// Items that are wanted back.
#[derive(Default)]
pub(super) struct Sought(Vec<Wanted>);

/// One of them.
struct Wanted {
    /// The item, and what earlier restores made of it.
    keys: Vec<RecordKey>,
    /// The containers that earlier restores made of its own and not it anew with them: then it was put there.
    anew: Vec<NativeId>,
}

impl Sought {
    /// The items of containers, if `connector` looks for any, and what restores made of them but for what is `undone`.
    pub(super) fn of(
        connector: &dyn Connector,
        desired: &Reader,
        containers: &BTreeSet<NativeId>,
        origins: &OriginMap,
        undone: &BTreeSet<RecordKey>,
    ) -> Result<Self, Error> {
        let mut sought = Self::default();
        if !connector.seeks() {
            return Ok(sought);
        }
        for record in containers.iter().flat_map(|container| desired.container_kind(container, Kind::Item)) {
            let key = record?.key;
            let container = RecordKey::new(key.container.clone(), Kind::Container, key.container.clone());
            let mut made: Vec<RecordKey> = origins.aliases(&key).cloned().collect();
            let was_put = |alias: &&RecordKey| made.iter().all(|made| made.container != alias.id);
            let anew = origins.aliases(&container).filter(was_put).map(|alias| alias.id.clone()).collect();
            made.retain(|alias| !undone.contains(alias));
            sought.0.push(Wanted { keys: std::iter::once(key).chain(made).collect(), anew });
        }
        Ok(sought)
    }

    /// Where to look for them on an account that has these containers.
    pub(super) fn among(&self, there: &BTreeSet<NativeId>) -> Homes {
        let mut homes = Homes::default();
        for wanted in &self.0 {
            let places: Vec<(&NativeId, &NativeId)> =
                wanted.keys.iter().map(|key| (&key.container, &key.id)).collect();
            let mut known: Vec<_> =
                places.iter().copied().filter(|(container, _)| there.contains(*container)).collect();
            if known.is_empty() {
                let own = wanted.keys.first().map(|key| &key.id);
                known.extend(wanted.anew.iter().find(|container| there.contains(*container)).zip(own));
            }
            for (container, item) in if known.is_empty() { places } else { known } {
                homes.add(container, item, there.contains(container));
            }
        }
        homes
    }
}

impl FromIterator<RecordKey> for Sought {
    fn from_iter<T: IntoIterator<Item = RecordKey>>(keys: T) -> Self {
        let items = keys.into_iter().filter(|key| key.kind == Kind::Item);
        Self(items.map(|key| Wanted { keys: vec![key], anew: Vec::new() }).collect())
    }
}

/// Wanted items by the container to which each belongs.
#[derive(Debug, Default)]
pub(super) struct Homes {
    items: BTreeMap<NativeId, Vec<NativeId>>,
    containers: BTreeMap<NativeId, NativeId>,
    gone: BTreeSet<NativeId>,
}

impl Homes {
    fn add(&mut self, container: &NativeId, item: &NativeId, is_there: bool) {
        self.items.entry(container.clone()).or_default().push(item.clone());
        self.containers.insert(item.clone(), container.clone());
        if !is_there {
            self.gone.insert(container.clone());
        }
    }

    /// The items that are wanted back into a container.
    pub(super) fn sought(&self, container: &NativeId) -> Vec<NativeId> {
        self.items.get(container).cloned().unwrap_or_default()
    }

    /// The containers of wanted items that are no longer there.
    pub(super) fn gone(&self) -> impl Iterator<Item = &NativeId> {
        self.gone.iter()
    }

    /// Whether a container of wanted items is no longer there.
    pub(super) fn is_gone(&self, container: &NativeId) -> bool {
        self.gone.contains(container)
    }

    /// See [`RecordSink::home_of`](crate::platforms::connector::RecordSink::home_of).
    pub(super) fn home_of(&self, item: &NativeId, containers: &[&str]) -> Option<NativeId> {
        let home = self.containers.get(item)?;
        (self.is_gone(home) || containers.contains(&home.as_str())).then(|| home.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::base::clock::ManualClock;
    use crate::base::hash::Hash;
    use crate::base::ids::SeededRandom;
    use crate::base::secret::Secret;
    use crate::platforms::PLATFORMS;
    use crate::platforms::platform::{Platform, Settings};
    use crate::prolly::Tree;
    use crate::store::mem::MemChunks;

    fn connector(platform: &Platform) -> Box<dyn Connector> {
        let parts = platform.credentials.iter().map(|field| (field.name.to_owned(), Secret::new("SECRET")));
        let settings = Settings {
            base_url: platform.base_url.parse().unwrap(),
            credentials: parts.collect(),
            grant: None,
            clock: Arc::new(ManualClock::new(jiff::Timestamp::UNIX_EPOCH)),
            random: Arc::new(SeededRandom::new(1)),
            stop: tokio::sync::watch::channel(false).1,
            read_only: true,
        };
        (platform.connect)(settings).unwrap()
    }

    #[test]
    fn what_is_wanted_back_is_only_read_for_platforms_that_look_for_it() {
        let unreadable = Tree { root: Hash::default(), count: 1, height: 0 };
        let desired = Reader::new(Arc::new(MemChunks::new()), unreadable);
        let looks = |platform: &Platform| {
            let connector = connector(platform);
            let sought = Sought::of(
                connector.as_ref(),
                &desired,
                &["20".into()].into(),
                &OriginMap::default(),
                &BTreeSet::new(),
            );
            assert_eq!(sought.is_err(), connector.seeks(), "{}", platform.id);
            connector.seeks()
        };
        let (some, others): (Vec<bool>, Vec<bool>) =
            PLATFORMS.iter().map(|platform| looks(platform)).partition(|looks| *looks);
        assert!(!some.is_empty() && !others.is_empty(), "both are tried");
    }

    fn item(container: &str, id: &str) -> RecordKey {
        RecordKey::new(container, Kind::Item, id)
    }

    fn among(wanted: Wanted, there: &[&str]) -> Homes {
        Sought(vec![wanted]).among(&there.iter().map(|id| NativeId::from(*id)).collect())
    }

    #[test]
    fn an_item_is_at_home_where_it_is_wanted_if_it_lies_there() {
        let homes = among(Wanted { keys: vec![item("2", "t")], anew: vec![] }, &["1", "2"]);
        assert_eq!(homes.home_of(&"t".into(), &["1", "2"]), Some("2".into()));
        assert_eq!(homes.home_of(&"t".into(), &["1"]), None, "it was moved away");
        assert_eq!(homes.home_of(&"u".into(), &["1", "2"]), None, "nobody wants it");
    }

    #[test]
    fn what_is_left_of_a_container_that_is_gone_belongs_to_it_wherever_it_lies() {
        let homes = among(Wanted { keys: vec![item("2", "t")], anew: vec![] }, &["1"]);
        assert_eq!(homes.gone().collect::<Vec<_>>(), [&NativeId::from("2")]);
        assert_eq!(homes.home_of(&"t".into(), &["1"]), Some("2".into()));
    }

    #[test]
    fn what_was_put_into_a_container_that_was_made_anew_is_at_home_there() {
        let homes = among(Wanted { keys: vec![item("2", "t")], anew: vec!["9".into()] }, &["1", "9"]);
        assert_eq!((homes.gone().count(), homes.sought(&"9".into())), (0, vec!["t".into()]));
        assert_eq!(homes.home_of(&"t".into(), &["1", "9"]), Some("9".into()));
    }

    #[test]
    fn of_what_was_made_anew_the_old_one_is_not_looked_for() {
        let homes = among(Wanted { keys: vec![item("2", "t"), item("9", "u")], anew: vec![] }, &["9"]);
        assert_eq!((homes.gone().count(), homes.sought(&"9".into())), (0, vec!["u".into()]));
    }
}
