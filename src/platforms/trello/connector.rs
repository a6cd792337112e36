//! The connector: one account, and the little that is learnt about it on the way.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::json::text;
use super::{discover, fetch, preflight, read, write};
use crate::base::secret::Secret;
use crate::http::client::Client;
use crate::http::fault::ApiFault;
use crate::model::coverage::{Coverage, Usage};
use crate::model::mutation::{Mutation, Receipt, WriteError};
use crate::model::{NativeId, Record};
use crate::platforms::connector::{
    BlobSink, BlobSource, Connector, ContainerInfo, Discovery, Identity, Purpose, RecordSink, Requirement,
};

/// A connection to one account.
pub(super) struct Trello {
    /// The HTTP stack.
    pub(super) client: Client,
    /// The token, for the one route that wants it in its path.
    pub(super) token: Secret,
    /// Set when a batch request failed: then questions are asked one by one.
    pub(super) no_batch: AtomicBool,
    /// The cards of checklists: a check item can only be changed by naming its card.
    pub(super) card_of_checklist: Mutex<HashMap<String, String>>,
    /// What this connector has created: a look-up for a lost creation must not find one of these.
    pub(super) made: Mutex<HashSet<NativeId>>,
}

impl Trello {
    /// A connection over this client.
    pub(super) fn new(client: Client, token: Secret) -> Self {
        Self {
            client,
            token,
            no_batch: AtomicBool::new(false),
            card_of_checklist: Mutex::default(),
            made: Mutex::default(),
        }
    }
}

/// The content of a lock; a panic elsewhere does not make these notes wrong.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl Connector for Trello {
    async fn identify(&self) -> Result<Identity, ApiFault> {
        let me = self.client.get(&["members", "me"], &[("fields", "id,username,fullName")]).await?;
        Ok(Identity {
            id: text(&me, "id").into(),
            username: text(&me, "username").to_owned(),
            name: text(&me, "fullName").to_owned(),
        })
    }

    async fn preflight(&self, purpose: Purpose) -> Result<Vec<Requirement>, ApiFault> {
        preflight::preflight(self, purpose).await
    }

    async fn discover(&self, purpose: Purpose) -> Result<Discovery, ApiFault> {
        // A backup has no use for the answer, so it does not pay for the question.
        let forbidden = purpose == Purpose::Restore && preflight::forbids_writing(&preflight::token(self).await?);
        let seen = discover::look(self).await?;
        Ok(discover::inventory(&seen, forbidden))
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

    fn usage(&self) -> Usage {
        self.client.counters().into()
    }
}
