//! Records of containers that stay and lead to what a plan makes anew: where they are looked for, and what they shall say.

use std::collections::{BTreeMap, BTreeSet};

use super::context::App;
use super::due;
use super::error::Error;
use super::neighbours::leading_kinds;
use super::scan::Scan;
use super::snapshots;
use crate::model::dialect::Dialect;
use crate::model::leads::{self, Lead, leads};
use crate::model::loss::{Loss, LossCause};
use crate::model::origins::OriginMap;
use crate::model::pairs::{Comparison, Pair};
use crate::model::spec::{Codec, KindSpec};
use crate::model::told::Told;
use crate::model::{Kind, NativeId, Record, RecordKey, ops};
use crate::plan::types::{Action, Mode, RestorePlan, Step, Target};
use crate::platforms::connector::ContainerInfo;
use crate::snapshot::{Reader, lineage};

/// What a plan makes anew and what else it writes, in the keys of the backup and of the live account.
pub(super) struct Written {
    /// The records of the backup that it makes, but for those of copies: the old one of a copy stays where it is.
    pub made: BTreeSet<RecordKey>,
    /// All that it makes or changes.
    touched: BTreeSet<RecordKey>,
}

impl Written {
    pub(super) fn by(plan: &RestorePlan) -> Self {
        let makes = |step: &&Step| step.action == Action::Create && plan.header.mode != Mode::Copy;
        let made = plan.steps.iter().filter(makes).map(|step| step.subject.clone()).collect();
        let live = plan.steps.iter().filter_map(|step| match &step.target {
            Some(Target::Live(key)) => Some(key.clone()),
            _ => None,
        });
        let touched = plan.steps.iter().map(|step| step.subject.clone()).chain(live).collect();
        Self { made, touched }
    }
}

/// The live containers that may lead to something in those that a plan removes: those of which the latest backup knows
/// it, as the restored one does not know what was led there since, and those that changed after that.
pub(super) fn leading_to_what_goes(
    app: &App,
    plan: &RestorePlan,
    scan: &Scan,
    dialect: &dyn Dialect,
) -> Result<BTreeSet<NativeId>, Error> {
    let removed = plan.deletions().filter(|step| step.subject.kind == Kind::Container);
    let going: BTreeSet<&NativeId> = removed.map(|step| &step.subject.id).collect();
    if going.is_empty() || leading_kinds(dialect).next().is_none() {
        return Ok(BTreeSet::new());
    }
    let latest = snapshots::catalog(app)?.latest(&plan.header.connection).map(|latest| latest.id);
    let latest = latest.map(|id| snapshots::open(app, &id.to_string())).transpose()?;
    let mut found = match &latest {
        Some(latest) => latest.leading_to(|target| going.contains(&target.container))?,
        None => BTreeSet::new(),
    };
    let whole = latest.iter().flat_map(|latest| {
        let entries = latest.manifest.containers.iter();
        entries
            .filter(|entry| due::was_whole(&latest.manifest, entry))
            .map(|entry| (&entry.id, &entry.version))
    });
    let whole: BTreeMap<_, _> = whole.collect();
    let known =
        |live: &ContainerInfo| live.version.is_some() && whole.get(&live.id).copied() == Some(&live.version);
    found.extend(scan.discovery.containers.iter().filter(|live| !known(live)).map(|live| live.id.clone()));
    Ok(found)
}

/// Names in a plan the containers that could not be read: what leads from them to what is made anew stays as it is.
pub(super) fn note_unread(plan: &mut RestorePlan, scan: &Scan, dialect: &dyn Dialect) {
    let noun = dialect.spec(Kind::Container).map_or("container", |spec| spec.noun);
    plan.losses.extend(scan.unread.iter().map(|(live, why)| {
        let workspace = live.workspace.iter().map(|(_, name)| name.clone());
        Loss {
            key: RecordKey::new(live.id.clone(), Kind::Container, live.id.clone()),
            field: None,
            cause: LossCause::Unread,
            noun: noun.to_owned(),
            path: workspace.chain([live.name.clone()]).collect(),
            why: Some(why.clone()),
        }
    }));
    plan.losses.sort();
}

/// The records that follow, and what stands around them.
#[derive(Default)]
pub(super) struct Followers {
    found: BTreeMap<RecordKey, Pair>,
    around: BTreeMap<RecordKey, Record>,
}

/// Where followers are looked for.
pub(super) struct Search<'a> {
    pub dialect: &'static dyn Dialect,
    /// The backup.
    pub backup: &'a Reader,
    /// The live account, as far as it was read.
    pub live: &'a Reader,
    pub origins: &'a OriginMap,
    /// What is written without them.
    pub written: &'a Written,
}

impl Search<'_> {
    /// The records of live `containers` that lead to what is made anew and that no step writes as it is.
    pub(super) fn run(&self, containers: &BTreeSet<NativeId>) -> Result<Followers, Error> {
        let mut followers = Followers::default();
        for container in containers {
            for spec in self.dialect.kinds() {
                for record in self.live.container_kind(container, spec.kind) {
                    let record = record?;
                    if !self.is_written(&record.key)
                        && let Some(wanted) = self.wanted(spec, &record)?
                    {
                        let pair = Pair { desired: Some(wanted), live: Some(record.clone()) };
                        followers.found.insert(record.key, pair);
                    }
                }
            }
            self.add_users(container, &mut followers)?;
            if followers.found.keys().any(|key| key.container == *container) {
                self.add_surroundings(container, &mut followers)?;
            }
        }
        Ok(followers)
    }

    fn is_written(&self, live: &RecordKey) -> bool {
        let touched = &self.written.touched;
        touched.contains(live) || self.origins.aliases(live).any(|alias| touched.contains(alias))
    }

    /// The live `record` as it leads to what is made anew, in the backup's ids; nothing if it does not lead there. Where
    /// it has broken already, only the backup knows where it has led.
    fn wanted(&self, spec: &'static KindSpec, record: &Record) -> Result<Option<Record>, Error> {
        let mut led = leads(spec, record);
        let mut wanted = record.clone();
        let Some(native) = wanted.native.as_object_mut() else { return Ok(None) };
        if led.is_empty() && leads::leads_nowhere(spec, record) {
            let before = self.of_backup(&record.key)?.filter(|before| !leads::leads_nowhere(spec, before));
            let Some(before) = before else { return Ok(None) };
            led = leads(spec, &before);
            // What it shows since it leads nowhere gives way.
            let shown = ops::writable(spec).filter(|field| field.told != Told::Look);
            for field in shown.filter(|field| ops::get(&before.native, field.path).is_none()) {
                native.remove(field.path);
            }
        }
        let mut follows = false;
        for Lead { targets, .. } in led {
            let targets: Vec<(&str, RecordKey)> =
                targets.into_iter().map(|(path, target)| (path, self.made_of(target))).collect();
            if targets.iter().any(|(_, target)| self.written.made.contains(target)) {
                follows = true;
                for (path, target) in targets {
                    ops::set(native, path, target.id.as_str().into());
                }
            }
        }
        for path in leads::marks(spec) {
            native.remove(path);
        }
        Ok(follows.then_some(wanted))
    }

    /// Adds the records of a container whose texts name followers that cannot be changed. One that is named by nobody
    /// follows nothing: the platform lets it vanish, or nobody misses it.
    fn add_users(&self, container: &NativeId, followers: &mut Followers) -> Result<(), Error> {
        let mut unused: BTreeMap<(Kind, String), RecordKey> = BTreeMap::new();
        for (key, record) in followers.found.iter().filter_map(|(key, pair)| Some((key, pair.live.as_ref()?)))
        {
            let spec = self.dialect.spec(key.kind).filter(|spec| !spec.verbs.update);
            let name = spec.and_then(|spec| ops::get_text(&record.native, spec.title));
            let name = name.filter(|_| key.container == *container);
            unused.extend(name.map(|name| ((key.kind, name.to_owned()), key.clone())));
        }
        let nameable: BTreeSet<(Kind, String)> = unused.keys().cloned().collect();
        for spec in self.dialect.kinds().iter().filter(|_| !nameable.is_empty()) {
            if !spec.fields.iter().any(|field| matches!(field.codec, Codec::Names(_))) {
                continue;
            }
            for record in self.live.container_kind(container, spec.kind) {
                let record = record?;
                let named: BTreeSet<_> =
                    self.named_in(spec, &record).intersection(&nameable).cloned().collect();
                unused.retain(|name, _| !named.contains(name));
                if !named.is_empty() && !self.is_written(&record.key) {
                    let same = Pair { desired: Some(record.clone()), live: Some(record.clone()) };
                    followers.found.entry(record.key).or_insert(same);
                }
            }
        }
        for key in unused.values() {
            followers.found.remove(key);
        }
        Ok(())
    }

    /// The kinds and names of what the texts of a record name.
    fn named_in(&self, spec: &KindSpec, record: &Record) -> BTreeSet<(Kind, String)> {
        let texts = spec.fields.iter().filter_map(|field| match field.codec {
            Codec::Names(kind) => Some((kind, ops::get_text(&record.native, field.path)?)),
            Codec::Plain | Codec::Links | Codec::Attributed => None,
        });
        let names = |(kind, text)| self.dialect.names(text).into_iter().map(move |name| (kind, name.token));
        texts.flat_map(names).collect()
    }

    /// What the plan makes anew of `live`; else `live` itself.
    fn made_of(&self, live: RecordKey) -> RecordKey {
        let made = &self.written.made;
        if made.contains(&live) {
            return live;
        }
        let successor = self.origins.aliases(&live).find(|alias| made.contains(*alias)).cloned();
        successor.unwrap_or(live)
    }

    /// The record of the backup that the record under the `live` key is.
    fn of_backup(&self, live: &RecordKey) -> Result<Option<Record>, Error> {
        for key in std::iter::once(live).chain(self.origins.aliases(live)) {
            if let Some(record) = self.backup.get(key)? {
                return Ok(Some(record));
            }
        }
        Ok(None)
    }

    /// Adds what followers in a container hang on and what holds them, which names them and may be locked, and what has
    /// taken names there.
    fn add_surroundings(&self, container: &NativeId, followers: &mut Followers) -> Result<(), Error> {
        let has_names = |spec: &&KindSpec| spec.fields.iter().any(|field| field.distinct);
        let named = self.dialect.kinds().iter().filter(has_names).map(|spec| spec.kind);
        for kind in [Kind::Container, Kind::FieldDef].into_iter().chain(named) {
            for record in self.live.container_kind(container, kind) {
                let record = record?;
                followers.around.insert(record.key.clone(), record);
            }
        }
        let own = followers.found.values().filter_map(|pair| pair.live.as_ref());
        let own: Vec<&Record> = own.filter(|record| record.key.container == *container).collect();
        for record in own {
            for above in lineage::ancestors(self.live, self.dialect, record)? {
                followers.around.insert(above.key.clone(), above);
            }
        }
        Ok(())
    }
}

impl Followers {
    pub(super) fn keys(&self) -> BTreeSet<RecordKey> {
        self.found.keys().cloned().collect()
    }

    /// Puts them and what stands around them into a comparison.
    pub(super) fn add_to(self, comparison: &mut Comparison) {
        comparison.pairs.retain(|pair| pair.key().is_none_or(|key| !self.found.contains_key(key)));
        for (key, record) in self.around {
            let same = Pair { desired: Some(record.clone()), live: Some(record) };
            comparison.context.entry(key).or_insert(same);
        }
        comparison.context.extend(self.found);
    }
}
