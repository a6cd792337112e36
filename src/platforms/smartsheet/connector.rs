//! The connector: one account, and the little that is learnt about it on the way.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use serde_json::Value;
use tokio::sync::OnceCell;

use super::json::{ids_to_texts, text};
use super::{details, discover, fetch, inventory, preflight, read, write};
use crate::http::client::{Client, Query};
use crate::http::fault::ApiFault;
use crate::http::shape::thing;
use crate::model::coverage::{Coverage, Usage};
use crate::model::mutation::{Mutation, Receipt, WriteError};
use crate::model::{Kind, NativeId, Record};
use crate::platforms::connector::{
    BlobSink, BlobSource, Connector, ContainerInfo, Discovery, Identity, Purpose, RecordSink, Requirement,
};

/// Where a sheet lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The workspace.
    pub(super) workspace: String,
    /// The folder in it.
    pub(super) folder: Option<String>,
}

/// A connection to one account.
pub(super) struct Smartsheet {
    /// The HTTP stack.
    pub(super) client: Client,
    me: OnceCell<Value>,
    /// Where the sheets lie: no answer about a sheet tells its folder.
    pub(super) places: Mutex<HashMap<String, Place>>,
    /// What the sheets that are written to look like.
    pub(super) columns: Mutex<HashMap<String, Arc<Vec<Value>>>>,
    /// The opening comments of discussions: what hangs on a discussion hangs on that comment.
    pub(super) openings: Mutex<HashMap<String, String>>,
    /// The last whole sheet that a look-up has read, as long as nothing is written: a lost request may have held
    /// hundreds of rows, which are all looked for.
    pub(super) looked_at: Mutex<Option<(String, Arc<Value>)>>,
    /// What this connector has created: a look-up for a lost creation must not find one of these.
    pub(super) made: Mutex<HashSet<NativeId>>,
    /// What the last backup has of people, reports and dashboards.
    recalled: Mutex<HashMap<(Kind, NativeId), Value>>,
    /// One lock a sheet: Smartsheet does not take two changes of one sheet at a time.
    sheets: Mutex<HashMap<NativeId, Arc<tokio::sync::Mutex<()>>>>,
}

impl Smartsheet {
    /// A connection over this client.
    pub(super) fn new(client: Client) -> Self {
        Self {
            client,
            me: OnceCell::new(),
            places: Mutex::default(),
            columns: Mutex::default(),
            openings: Mutex::default(),
            looked_at: Mutex::default(),
            made: Mutex::default(),
            recalled: Mutex::default(),
            sheets: Mutex::default(),
        }
    }

    /// Reads a JSON document, its ids as texts.
    pub(super) async fn get(&self, path: &[&str], query: &Query<'_>) -> Result<Value, ApiFault> {
        let mut answer = self.client.get(path, query).await?;
        ids_to_texts(&mut answer);
        Ok(answer)
    }

    /// The person behind the token; asked for once.
    pub(super) async fn me(&self) -> Result<&Value, ApiFault> {
        self.me.get_or_try_init(|| async { thing(self.get(&["users", "me"], &[("include", "groups")]).await?, "id") }).await
    }

    /// What the last backup has of something that is in no sheet.
    pub(super) fn recalled(&self, kind: Kind, id: &str) -> Option<Value> {
        lock(&self.recalled).get(&(kind, id.into())).cloned()
    }

    /// The lock of the sheet (or workspace, or group) in which something is to be written.
    pub(super) fn turn(&self, sheet: &NativeId) -> Arc<tokio::sync::Mutex<()>> {
        Arc::clone(lock(&self.sheets).entry(sheet.clone()).or_default())
    }
}

/// The content of a lock; a panic elsewhere does not make these notes wrong.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The name of a person, by whatever of it is known.
pub(super) fn name_of(person: &Value) -> String {
    let parts = [text(person, "firstName"), text(person, "lastName")].join(" ");
    let candidates = [text(person, "name"), parts.trim(), text(person, "email")];
    candidates.into_iter().find(|name| !name.is_empty()).unwrap_or_default().to_owned()
}

#[async_trait]
impl Connector for Smartsheet {
    async fn identify(&self) -> Result<Identity, ApiFault> {
        let me = self.me().await?;
        Ok(Identity {
            id: text(me, "id").into(),
            username: text(me, "email").to_owned(),
            name: name_of(me),
        })
    }

    async fn preflight(&self, purpose: Purpose) -> Result<Vec<Requirement>, ApiFault> {
        preflight::preflight(self, purpose).await
    }

    fn recalls(&self) -> &'static [Kind] {
        details::RECALLED
    }

    fn recall(&self, records: Vec<Record>) {
        let records = records.into_iter().map(|record| ((record.key.kind, record.key.id), record.native));
        *lock(&self.recalled) = records.collect();
    }

    async fn discover(&self, purpose: Purpose) -> Result<Discovery, ApiFault> {
        let mut seen = discover::look(self, purpose).await?;
        details::add(self, &mut seen).await?;
        lock(&self.places).extend(seen.places.clone());
        Ok(inventory::inventory(&seen))
    }

    async fn read(&self, container: &ContainerInfo, sink: &mut dyn RecordSink) -> Result<Coverage, ApiFault> {
        read::read(self, container, sink).await
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

    fn look_again(&self) {
        *lock(&self.looked_at) = None;
    }

    fn usage(&self) -> Usage {
        self.client.counters().into()
    }
}
