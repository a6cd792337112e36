//! The Smartsheet sandbox: a strict imitation of the REST API as it is since June 2026, written from the
//! vendor's documents and not from the connector, so that both cannot share a mistake.
//!
//! * `call` says which function answers which path; one file per resource answers.
//! * `auth`, `scopes` and `access` decide who may ask and what they may do.
//! * `worlds` fills a sandbox, `people` live in it.
//!
//! Formulas are kept and not calculated: what stands for the result follows from the formula's text alone
//! (see `cells`). What the documents leave open is decided in the comments of the file concerned.

#![expect(
    clippy::indexing_slicing,
    reason = "entities are JSON objects: reading a missing field gives null, writing one adds it"
)]

mod access;
mod attachments;
mod auth;
mod call;
mod cells;
mod column_rules;
mod columns;
mod containers;
mod copying;
mod discussions;
mod groups;
mod images;
mod input;
mod inventory;
mod items;
mod lag;
mod links;
mod outward;
mod paging;
mod people;
mod proofs;
mod refusal;
mod reports;
mod row_order;
mod rows;
mod rows_reading;
mod schedule;
mod scopes;
mod settings;
mod shares;
mod sheet_reading;
mod sheets;
mod state;
mod summary;
#[cfg(test)]
mod tests;
mod users;
mod values;
mod worlds;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use url::form_urlencoded;

use self::access::Caller;
use self::auth::{Gate, Grant};
use self::call::{Answer, Call};
use self::refusal::Refusal;
use self::state::{ATTACHMENT, State, USER};
use crate::base::clock::Clock;
use crate::platforms::platform::{Sandbox, SandboxAccount, SandboxSettings};
use crate::sim::engine::{self, Imitation, PeopleOrder};
use crate::sim::rooms::Room;
use crate::sim::reply::Reply;
use crate::sim::request::{Params, Request, Upload};
use crate::sim::world::text;

/// Seconds for which the address of a download may be used.
const DOWNLOAD_SECONDS: i64 = 120;

/// Builds the sandbox. The error names the worlds when there is none of that name.
///
/// The credential of an account is its `token`. Only the one of the application is lent for a while: it has the
/// parts `access_token`, `refresh_token`, `expires_at`, `client_id`, `client_secret` and `redirect_uri`.
pub fn sandbox(settings: SandboxSettings) -> Result<Sandbox, String> {
    let (smartsheet, accounts) = open(&settings)?;
    Ok(Sandbox {
        router: engine::router(smartsheet, settings.clock),
        base_url: format!("{}/2.0", settings.origin),
        accounts,
    })
}

fn open(settings: &SandboxSettings) -> Result<(Smartsheet, Vec<SandboxAccount>), String> {
    let mut built = worlds::build(&settings.world, settings.seed)?;
    let now = built.state.now.max(settings.clock.now());
    built.state.now = now;
    let mut gate = Gate::new(settings.seed);
    let mut accounts = Vec::new();
    for resident in built.residents {
        let email = built.state.world.get(USER, &resident.user).map(|user| text(user, "email").to_owned());
        let mut credentials = BTreeMap::new();
        let mut credential = |name: &str, value: String| credentials.insert(name.to_owned(), value);
        let caller = Caller { user: resident.user, scopes: resident.scopes };
        if resident.lent {
            let (access, refresh) = gate.grant(caller, now);
            credential("access_token", access);
            credential("refresh_token", refresh);
            credential("expires_at", auth::expiry(now).to_string());
            credential("client_id", gate.client.id.clone());
            credential("client_secret", gate.client.secret.clone());
            credential("redirect_uri", "http://127.0.0.1/".to_owned());
        } else {
            let token = derived("token", settings.seed, &resident.role, 37);
            credential("token", token.clone());
            gate.tokens.insert(token, Grant { caller, expires: None, refresh: None });
        }
        accounts.push(SandboxAccount {
            username: email.unwrap_or_default(),
            role: resident.role,
            credentials,
        });
    }
    let smartsheet = Smartsheet {
        state: built.state,
        gate,
        clock: Arc::clone(&settings.clock),
        storage_origin: settings.storage_origin.clone(),
        seed: settings.seed,
        first_user: accounts.first().map(|account| account.username.clone()).unwrap_or_default(),
        unknown: BTreeMap::new(),
        refusals: 0,
    };
    Ok((smartsheet, accounts))
}

/// So many letters and digits that follow from the seed.
fn derived(purpose: &str, seed: u64, subject: &str, digits: usize) -> String {
    let hash = blake3::hash(format!("smartsheet sandbox {purpose} {seed} {subject}").as_bytes());
    hash.to_hex().chars().take(digits).collect()
}

struct Smartsheet {
    state: State,
    gate: Gate,
    clock: Arc<dyn Clock>,
    storage_origin: String,
    seed: u64,
    /// Who agrees to a grant when nobody is named.
    first_user: String,
    /// How often which parameter came that nothing here understands.
    unknown: BTreeMap<String, u64>,
    refusals: u64,
}

impl Imitation for Smartsheet {
    fn answer(&mut self, request: &Request) -> Reply {
        // The clock may stand before the youngest thing in the world; times must not go backwards.
        self.state.now = self.state.now.max(self.clock.now());
        self.state.forget_unused_references();
        if let Some(file) = request.path.strip_prefix("/storage/") {
            return self.storage(request, file);
        }
        if (request.method.as_str(), request.path.as_str()) == ("GET", "/b/authorize") {
            let email = request.params.text("login_hint").unwrap_or_else(|| self.first_user.clone());
            let user = self.state.user_by_email(&email).map(|user| text(user, "id").to_owned());
            return self.gate.authorize(&request.params, user.as_deref(), self.state.now);
        }
        let Some(path) = request.path.strip_prefix("/2.0/") else { return self.refuse(&Refusal::of(1006)) };
        match (request.method.as_str(), path) {
            ("POST", "token") => return self.gate.token(&request.params, self.state.now),
            ("GET", "serverinfo") => return Reply::json(200, &inventory::server_info()),
            _ => {}
        }
        let caller = match self.admit(request) {
            Ok(caller) => caller,
            Err(refusal) => return self.refuse(&refusal),
        };
        let member = self.state.world.get(USER, &caller.user).map(|user| text(user, "email").to_owned());
        let mut reply = match self.answer_to(&caller, request, path) {
            Ok(answer) => Reply::json(200, &answer),
            Err(refusal) => self.refuse(&refusal),
        };
        reply.member = member;
        reply
    }

    fn too_many_requests(&self) -> Reply {
        Refusal::of(4003).reply("rate")
    }

    fn state(&self) -> Value {
        let mut state = self.state.to_json();
        state.insert("unknown_parameters".to_owned(), json!(self.unknown));
        Value::Object(state)
    }

    fn people(&mut self, order: &PeopleOrder) -> Result<Vec<String>, String> {
        self.state.now = self.state.now.max(self.clock.now());
        people::act(&mut self.state, order)
    }

    fn loggable_path(&self, path: &str) -> String {
        path.to_owned()
    }

    fn unreadable(&self, sentence: &str) -> Reply {
        Refusal::about(1008, sentence).reply("unreadable")
    }

    /// Everything that changes one sheet is one lane.
    /// One write to a sheet at a time.
    fn rooms(&self, request: &Request) -> Vec<Room> {
        let sheet = request.path.strip_prefix("/2.0/sheets/").and_then(|path| path.split('/').next());
        let written = sheet.filter(|sheet| request.method != "GET" && !sheet.is_empty());
        written.map(|sheet| Room { name: sheet.to_owned(), places: 1, takes: 1 }).into_iter().collect()
    }

    fn crowded(&self) -> Reply {
        Refusal::of(4004).reply("collision")
    }
}

impl Smartsheet {
    fn admit(&mut self, request: &Request) -> Result<Caller, Refusal> {
        let caller = self.gate.admit(request, self.state.now)?;
        if self.gate.count(request, units(request), self.clock.monotonic()) {
            Ok(caller)
        } else {
            Err(Refusal::of(4003))
        }
    }

    fn answer_to(&mut self, caller: &Caller, request: &Request, path: &str) -> Answer {
        let query = Params::from_query(&request.query);
        if (request.method.as_str(), path) == ("DELETE", "token") {
            return Ok(self.gate.revoke(request, input::flag(&query, "deleteAllForApiClient")?));
        }
        let upload = uploaded(request);
        let body = body(request, upload.is_some())?;
        let numeric_dates = input::flag(&query, "numericDates")?;
        let mut call =
            Call { state: &mut self.state, caller, query: &query, body: &body, file: upload.as_ref() };
        let mut answer = call.answer(&request.method, &format!("/{path}"))?;
        for name in query.unknown() {
            *self.unknown.entry(name).or_default() += 1;
        }
        self.sign_addresses(&mut answer);
        Ok(outward::finish(answer, numeric_dates))
    }

    fn refuse(&mut self, refusal: &Refusal) -> Reply {
        self.refusals += 1;
        refusal.reply(&derived("refusal", self.seed, &self.refusals.to_string(), 12))
    }

    /// Makes addresses that expire of the names of files.
    fn sign_addresses(&self, answer: &mut Value) {
        match answer {
            Value::Object(fields) => {
                if let Some(file) = fields.remove("_file") {
                    let file = file.as_str().unwrap_or_default();
                    let expires = self.state.now.as_second() + DOWNLOAD_SECONDS;
                    let (storage, signature) = (&self.storage_origin, self.signature(file, expires));
                    let address = format!(
                        "{storage}/storage/{file}?X-Amz-Expires={expires}&X-Amz-Signature={signature}"
                    );
                    fields.insert("url".to_owned(), address.into());
                }
                fields.values_mut().for_each(|value| self.sign_addresses(value));
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.sign_addresses(item)),
            _ => {}
        }
    }

    fn signature(&self, file: &str, expires: i64) -> String {
        derived("signature", self.seed, &format!("{file} {expires}"), 64)
    }

    /// The file storage: it knows signatures and no users, and refuses who sends it a credential.
    fn storage(&self, request: &Request, file: &str) -> Reply {
        let denied = |status, code: &str| {
            Reply::bytes(
                status,
                "application/xml",
                format!("<Error><Code>{code}</Code></Error>").into_bytes(),
            )
        };
        if request.headers.contains_key("authorization") {
            return denied(400, "InvalidArgument");
        }
        let expires: i64 =
            request.params.text("X-Amz-Expires").and_then(|text| text.parse().ok()).unwrap_or(0);
        let signed = request.params.text("X-Amz-Signature") == Some(self.signature(file, expires));
        if !signed || self.state.now.as_second() > expires {
            return denied(403, "AccessDenied");
        }
        let Some(blob) = self.state.blobs.get(file) else { return denied(404, "NoSuchKey") };
        let mime =
            self.state.world.get(ATTACHMENT, file).map(|about| text(about, "mimeType")).unwrap_or_default();
        Reply::bytes(200, if mime.is_empty() { "application/octet-stream" } else { mime }, blob.bytes())
    }
}

/// What a request costs: attaching a file and reading the history of a cell count tenfold.
fn units(request: &Request) -> u32 {
    let path = request.path.trim_end_matches('/');
    let attaches = request.method == "POST"
        && (request.file.is_some() || path.ends_with("/attachments") || path.ends_with("/versions"));
    if attaches || path.ends_with("/history") { 10 } else { 1 }
}

/// The file in a request: a part of it, or all of it.
fn uploaded(request: &Request) -> Option<Upload> {
    let part = request.file.clone();
    part.or_else(|| {
        let disposition = request.header("content-disposition");
        let (_, name) = disposition.strip_prefix("attachment")?.split_once("filename=")?;
        let name = name.split(';').next()?.trim().trim_matches('"');
        // Clients write the name percent-encoded; a plus is a plus there.
        let name = form_urlencoded::parse(
            name.replace('+', "%2B").replace('&', "%26").replace('=', "%3D").as_bytes(),
        )
        .next()
        .map(|(name, _)| name.into_owned())?;
        let mime = request.header("content-type").to_owned();
        Some(Upload { name, mime, bytes: request.body.clone() })
    })
}

/// The JSON document in a request: its body, or the text parts around a file.
fn body(request: &Request, is_upload: bool) -> Result<Value, Refusal> {
    let broken = |_| Refusal::about(1008, "the body is no JSON document");
    if request.file.is_some() {
        let read = |name: &str| {
            let text = request.params.text(name).filter(|text| !text.is_empty())?;
            Some((name.to_owned(), serde_json::from_str(&text).unwrap_or(Value::String(text))))
        };
        return Ok(["discussion", "comment", "name"].into_iter().filter_map(read).collect());
    }
    if is_upload || request.body.is_empty() {
        return Ok(Value::Null);
    }
    if !request.header("content-type").starts_with("application/json") {
        return Err(Refusal::about(1011, "Content-Type"));
    }
    serde_json::from_slice(&request.body).map_err(broken)
}
