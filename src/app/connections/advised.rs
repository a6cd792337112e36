//! A connector whose refusals say how its connection gets a new credential.

use std::collections::BTreeMap;

use async_trait::async_trait;

use crate::http::fault::{ApiFault, FaultClass};
use crate::model::coverage::{Coverage, Usage};
use crate::model::mutation::{Mutation, Receipt, WriteError};
use crate::model::{Kind, NativeId, Record};
use crate::platforms::connector::{
    BlobSink, BlobSource, Connector, ContainerInfo, Discovery, Identity, Purpose, RecordSink, Requirement,
};

/// Adds the advice to every fault of a credential that is not accepted any more. Connectors do not know the names of
/// connections, and where their faults end up nobody knows which connection it was.
pub(super) struct Advised {
    inner: Box<dyn Connector>,
    advice: String,
}

impl Advised {
    /// For the connection of this name.
    pub(super) fn new(inner: Box<dyn Connector>, name: &str) -> Self {
        Self { inner, advice: format!("For a new credential: `boardvault connection reconnect {name}`.") }
    }

    fn tell(&self, fault: ApiFault) -> ApiFault {
        match fault.class {
            FaultClass::Unauthorised => ApiFault { advice: Some(self.advice.clone()), ..fault },
            _ => fault,
        }
    }
}

#[async_trait]
impl Connector for Advised {
    async fn identify(&self) -> Result<Identity, ApiFault> {
        self.inner.identify().await.map_err(|fault| self.tell(fault))
    }

    async fn preflight(&self, purpose: Purpose) -> Result<Vec<Requirement>, ApiFault> {
        self.inner.preflight(purpose).await.map_err(|fault| self.tell(fault))
    }

    fn remember(&self, versions: BTreeMap<NativeId, Option<String>>) {
        self.inner.remember(versions);
    }

    fn recalls(&self) -> &'static [Kind] {
        self.inner.recalls()
    }

    fn recall(&self, records: Vec<Record>) {
        self.inner.recall(records);
    }

    fn seeks(&self) -> bool {
        self.inner.seeks()
    }

    async fn discover(&self, purpose: Purpose) -> Result<Discovery, ApiFault> {
        self.inner.discover(purpose).await.map_err(|fault| self.tell(fault))
    }

    async fn read(&self, container: &ContainerInfo, sink: &mut dyn RecordSink) -> Result<Coverage, ApiFault> {
        self.inner.read(container, sink).await.map_err(|fault| self.tell(fault))
    }

    async fn read_remains(
        &self,
        container: &NativeId,
        sink: &mut dyn RecordSink,
    ) -> Result<Coverage, ApiFault> {
        self.inner.read_remains(container, sink).await.map_err(|fault| self.tell(fault))
    }

    async fn fetch(&self, attachment: &Record, sink: &mut dyn BlobSink) -> Result<(), ApiFault> {
        self.inner.fetch(attachment, sink).await.map_err(|fault| self.tell(fault))
    }

    async fn write(&self, wave: &[Mutation], blobs: &dyn BlobSource) -> Vec<Result<Receipt, WriteError>> {
        let tell = |error| match error {
            WriteError::Unauthorised(why) => WriteError::Unauthorised(format!("{why}. {}", self.advice)),
            other => other,
        };
        self.inner.write(wave, blobs).await.into_iter().map(|answer| answer.map_err(tell)).collect()
    }

    async fn locate(&self, lost: &Mutation) -> Result<Option<Receipt>, ApiFault> {
        self.inner.locate(lost).await.map_err(|fault| self.tell(fault))
    }

    fn look_again(&self) {
        self.inner.look_again();
    }

    fn usage(&self) -> Usage {
        self.inner.usage()
    }
}
