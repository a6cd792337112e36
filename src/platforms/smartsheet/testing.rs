//! A connector for tests, over a scripted transport.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use url::Url;

use super::api;
use super::connector::Smartsheet;
use crate::base::clock::ManualClock;
use crate::base::ids::SeededRandom;
use crate::base::secret::Secret;
use crate::http::fault::ApiFault;
use crate::http::testing::Scripted;
use crate::model::Record;
use crate::platforms::connector::{ExpectedBytes, RecordSink};
use crate::platforms::platform::Settings;

/// Settings for `https://api.example/2.0` with the token `TOKENSECRET`.
pub(super) fn settings() -> Settings {
    let (_, stop) = tokio::sync::watch::channel(false);
    Settings {
        base_url: Url::parse("https://api.example/2.0").unwrap(),
        credentials: BTreeMap::from([("token".to_owned(), Secret::new("TOKENSECRET"))]),
        grant: None,
        clock: Arc::new(ManualClock::new(jiff::Timestamp::UNIX_EPOCH)),
        random: Arc::new(SeededRandom::new(1)),
        stop,
        read_only: false,
    }
}

/// A connector that gets the scripted answers.
pub(super) fn smartsheet(scripted: &Scripted) -> Smartsheet {
    Smartsheet::new(api::client(&settings(), scripted.clone()).unwrap())
}

/// The calls without the host.
pub(super) fn calls(scripted: &Scripted) -> Vec<String> {
    scripted.calls().iter().map(|call| call.replace("api.example/2.0", "")).collect()
}

/// Keeps records in memory.
#[derive(Default)]
pub(super) struct Held(pub(super) Vec<Record>);

#[async_trait]
impl RecordSink for Held {
    async fn put(&mut self, record: Record, _bytes: Option<ExpectedBytes>) -> Result<(), ApiFault> {
        self.0.push(record);
        Ok(())
    }
}
