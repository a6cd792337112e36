//! The connector: one account, and the little that is learnt about it on the way.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use tokio::sync::Semaphore;

use super::asking::{AT_ONCE, Question, named};
use super::changes::Changed;
use super::json::{gid, text};
use super::mark::Mark;
use super::own_tasks::OwnTasks;
use super::{discover, fetch, preflight, read, write};
use crate::base::clock::Clock;
use crate::http::client::Client;
use crate::http::fault::ApiFault;
use crate::model::coverage::{Coverage, Usage};
use crate::model::mutation::{Mutation, Receipt, WriteError};
use crate::model::{NativeId, Record};
use crate::platforms::connector::{
    BlobSink, BlobSource, Connector, ContainerInfo, Discovery, Identity, Purpose, RecordSink, Requirement,
};

/// A connection to one account.
pub(super) struct Asana {
    /// The HTTP stack.
    pub(super) client: Client,
    /// Time.
    pub(super) clock: Arc<dyn Clock>,
    /// Whether the credential is an app's, which may mark what it creates.
    pub(super) is_app: bool,
    /// Lets only so many questions be under way at once.
    pub(super) gate: Semaphore,
    /// Set when a batch request was refused: then questions are asked one by one.
    pub(super) no_batch: AtomicBool,
    /// The versions that the last backup saw, by project.
    pub(super) versions: Mutex<BTreeMap<NativeId, Option<String>>>,
    /// The tasks that events have named since then, by project; none for projects whose events are not known.
    pub(super) changed: Mutex<HashMap<String, Changed>>,
    /// The account's lists of its own tasks, by gid.
    pub(super) own_tasks: Mutex<HashMap<String, OwnTasks>>,
    /// What this connector has created: a look-up for a lost creation must not find one of these.
    pub(super) made: Mutex<HashSet<NativeId>>,
    /// What is known about where new tasks go.
    pub(super) places: Mutex<write::Places>,
}

impl Asana {
    /// A connection over this client, with a personal token or an app's grant.
    pub(super) fn new(client: Client, clock: Arc<dyn Clock>, is_app: bool) -> Self {
        Self {
            client,
            clock,
            is_app,
            gate: Semaphore::new(AT_ONCE),
            no_batch: AtomicBool::new(false),
            versions: Mutex::default(),
            changed: Mutex::default(),
            own_tasks: Mutex::default(),
            made: Mutex::default(),
            places: Mutex::default(),
        }
    }

    /// What this reader noted of a project for the last backup. Without it, nothing of that backup may be taken over.
    pub(super) fn last_mark(&self, project: &str) -> Option<Mark> {
        Mark::parse(lock(&self.versions).get(&NativeId::from(project))?.as_ref()?)
    }
}

/// The content of a lock; a panic elsewhere does not make these notes wrong.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl Connector for Asana {
    async fn identify(&self) -> Result<Identity, ApiFault> {
        let me = self.one(&Question::new(&["users", "me"], "name,email")).await?;
        let name = named(&me).to_owned();
        // Asana has no short names; people are addressed by their e-mail address.
        let email = text(&me, "email");
        let username = if email.is_empty() { name.clone() } else { email.to_owned() };
        Ok(Identity { id: gid(&me).into(), username, name })
    }

    async fn preflight(&self, purpose: Purpose) -> Result<Vec<Requirement>, ApiFault> {
        preflight::preflight(self, purpose).await
    }

    fn remember(&self, versions: BTreeMap<NativeId, Option<String>>) {
        *lock(&self.versions) = versions;
    }

    fn seeks(&self) -> bool {
        true
    }

    async fn discover(&self, purpose: Purpose) -> Result<Discovery, ApiFault> {
        discover::discover(self, purpose).await
    }

    async fn read(&self, container: &ContainerInfo, sink: &mut dyn RecordSink) -> Result<Coverage, ApiFault> {
        read::read(self, container, sink).await
    }

    async fn read_remains(&self, project: &NativeId, sink: &mut dyn RecordSink) -> Result<Coverage, ApiFault> {
        read::read_remains(self, project, sink).await
    }

    async fn fetch(&self, attachment: &Record, sink: &mut dyn BlobSink) -> Result<(), ApiFault> {
        fetch::fetch(self, attachment, sink).await
    }

    async fn write(&self, wave: &[Mutation], blobs: &dyn BlobSource) -> Vec<Result<Receipt, WriteError>> {
        write::write(self, wave, blobs).await
    }

    async fn locate(&self, lost: &Mutation) -> Result<Option<Receipt>, ApiFault> {
        write::locate(self, lost).await
    }

    fn usage(&self) -> Usage {
        self.client.counters().into()
    }
}
