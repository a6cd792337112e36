//! A connector for tests, over a scripted transport.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Value, json};
use url::Url;

use super::api;
use super::connector::Asana;
use super::own_tasks::OwnTasks;
use crate::base::clock::ManualClock;
use crate::base::ids::SeededRandom;
use crate::base::secret::Secret;
use crate::http::fault::ApiFault;
use crate::http::testing::{Answer, Scripted};
use crate::model::{NativeId, Record};
use crate::platforms::connector::{ExpectedBytes, RecordSink};
use crate::platforms::platform::Settings;

/// Settings for `https://api.example/api/1.0` with the token `TOKENSECRET`.
pub(super) fn settings() -> Settings {
    let (_, stop) = tokio::sync::watch::channel(false);
    Settings {
        base_url: Url::parse("https://api.example/api/1.0").unwrap(),
        credentials: BTreeMap::from([("token".to_owned(), Secret::new("TOKENSECRET"))]),
        grant: None,
        clock: Arc::new(ManualClock::new(jiff::Timestamp::UNIX_EPOCH)),
        random: Arc::new(SeededRandom::new(1)),
        stop,
        read_only: false,
    }
}

/// A connector that gets the scripted answers, and knows `own` as the list of the account's own tasks.
pub(super) fn asana(scripted: &Scripted) -> Asana {
    connected(scripted, false)
}

/// The same with a personal token or an app's grant.
pub(super) fn connected(scripted: &Scripted, is_app: bool) -> Asana {
    let asana = undiscovered(scripted, is_app);
    let own = OwnTasks { native: json!({"gid": "own", "workspace": {"gid": "w1"}}), projects: vec![], loose: None };
    asana.own_tasks.lock().unwrap().insert("own".to_owned(), own);
    asana
}

/// A connector that has not seen which list of the account's own tasks there is.
pub(super) fn undiscovered(scripted: &Scripted, is_app: bool) -> Asana {
    let settings = settings();
    Asana::new(api::client(&settings, scripted.clone()).unwrap(), settings.clock, is_app)
}

/// An answer with this `data`.
pub(super) fn data(data: &Value) -> Answer {
    Answer::json(200, &json!({ "data": data }).to_string())
}

/// The answer to a batch: of each action the status and the body.
pub(super) fn batch(answers: &[(u16, Value)]) -> Answer {
    let answers: Vec<Value> =
        answers.iter().map(|(status, body)| json!({"status_code": status, "headers": {}, "body": body})).collect();
    data(&answers.into())
}

/// A refusal with a message.
pub(super) fn refusal(status: u16, message: &str) -> Answer {
    Answer::json(status, &json!({"errors": [{ "message": message }]}).to_string())
}

/// Keeps records in memory.
#[derive(Default)]
pub(super) struct Held {
    /// What came, in order.
    pub(super) records: Vec<(Record, Option<ExpectedBytes>)>,
    /// What the last backup is said to have had.
    pub(super) before: Vec<Record>,
    /// What is wanted back.
    pub(super) sought: Vec<NativeId>,
}

#[async_trait]
impl RecordSink for Held {
    async fn put(&mut self, record: Record, bytes: Option<ExpectedBytes>) -> Result<(), ApiFault> {
        self.records.push((record, bytes));
        Ok(())
    }

    async fn before(&mut self) -> Result<Vec<Record>, ApiFault> {
        Ok(self.before.clone())
    }

    fn sought(&self) -> Vec<NativeId> {
        self.sought.clone()
    }
}
