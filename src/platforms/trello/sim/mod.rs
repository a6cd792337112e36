//! The Trello sandbox: a strict imitation of the REST API, written from the vendor's documents and not from
//! the connector, so that both cannot share a mistake.
//!
//! * `call` says which function answers which path; one file per resource answers.
//! * `auth` and `access` decide who may ask and what they may do.
//! * `views` and `nested` show stored entities as Trello does.
//! * `worlds` fills a sandbox, `people` live in it.

#![expect(
    clippy::indexing_slicing,
    reason = "entities are JSON objects: reading a missing field gives null, writing one adds it"
)]

mod access;
mod actions;
mod attachments;
mod auth;
mod board_reading;
mod boards;
mod call;
mod cards;
mod checklists;
mod custom_fields;
mod input;
mod lists;
mod members;
mod nested;
mod organizations;
mod people;
mod refusal;
mod state;
mod stickers;
#[cfg(test)]
mod tests;
mod views;
mod worlds;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use self::access::{Access, Caller};
use self::auth::{Credential, Gate, Token};
use self::call::Call;
use self::refusal::Refusal;
use self::state::{ATTACHMENT, MEMBER, State};
use crate::base::clock::Clock;
use crate::platforms::platform::{Sandbox, SandboxAccount, SandboxSettings};
use crate::sim::engine::{self, Imitation, PeopleOrder};
use crate::sim::reply::Reply;
use crate::sim::request::{Params, Request};
use crate::sim::world::text;

/// Seconds for which the address of a download may be used.
const DOWNLOAD_SECONDS: i64 = 300;

/// Builds the sandbox. The error names the worlds when there is none of that name.
pub fn sandbox(settings: SandboxSettings) -> Result<Sandbox, String> {
    let (trello, accounts) = open(&settings)?;
    Ok(Sandbox {
        router: engine::router(trello, settings.clock),
        base_url: format!("{}/1", settings.origin),
        accounts,
    })
}

fn open(settings: &SandboxSettings) -> Result<(Trello, Vec<SandboxAccount>), String> {
    let built = worlds::build(&settings.world, settings.seed, settings.origin.clone())?;
    let mut gate = Gate::new(derived("key", settings.seed, "", 32));
    let mut accounts = Vec::new();
    for resident in &built.residents {
        let token = format!("ATTA{}", derived("token", settings.seed, &resident.role, 64));
        let member = built.state.world.get(MEMBER, &resident.member);
        accounts.push(SandboxAccount {
            username: member.map(|member| text(member, "username").to_owned()).unwrap_or_default(),
            role: resident.role.clone(),
            credentials: [("key".to_owned(), gate.key.clone()), ("token".to_owned(), token.clone())].into(),
        });
        let granted = Token {
            id: derived("token id", settings.seed, &resident.role, 24),
            member: resident.member.clone(),
            write: resident.write,
            created: built.state.now,
        };
        gate.tokens.insert(token, granted);
    }
    let trello = Trello {
        state: built.state,
        gate,
        clock: Arc::clone(&settings.clock),
        storage_origin: settings.storage_origin.clone(),
        seed: settings.seed,
        unknown: BTreeMap::new(),
    };
    Ok((trello, accounts))
}

/// So many hexadecimal digits that follow from the seed.
fn derived(purpose: &str, seed: u64, subject: &str, digits: usize) -> String {
    let hash = blake3::hash(format!("trello sandbox {purpose} {seed} {subject}").as_bytes());
    hash.to_hex().chars().take(digits).collect()
}

struct Trello {
    state: State,
    gate: Gate,
    clock: Arc<dyn Clock>,
    storage_origin: String,
    seed: u64,
    /// How often which parameter came that nothing here understands.
    unknown: BTreeMap<String, u64>,
}

impl Imitation for Trello {
    fn answer(&mut self, request: &Request) -> Reply {
        // The clock may stand before the youngest thing in the world; ids must not go backwards.
        self.state.now = self.state.now.max(self.clock.now());
        if let Some(file) = request.path.strip_prefix("/storage/") {
            return self.storage(request, file);
        }
        let Some(path) = request.path.strip_prefix("/1/") else {
            return Refusal::no_path(&request.method, &request.path).reply();
        };
        let path = format!("/{path}");
        let credential = auth::credential(request);
        let calls = if path == "/batch" { batch_size(&request.params) } else { 1 };
        let (headers, allowed) = self.gate.count(&credential, &path, calls, self.clock.monotonic());
        let admitted = allowed.and_then(|()| self.gate.admit(&credential));
        let member = admitted.as_ref().ok().and_then(|caller| self.state.world.get(MEMBER, &caller.member));
        let member = member.map(|member| text(member, "username").to_owned());
        let answered = admitted.and_then(|caller| self.answer_to(&caller, &credential, request, &path));
        let mut reply = answered.unwrap_or_else(|refusal| refusal.reply());
        reply.member = member;
        headers.into_iter().fold(reply, |reply, (name, value)| reply.with(&name, value))
    }

    fn too_many_requests(&self) -> Reply {
        Refusal::too_many("API_TOKEN_LIMIT_EXCEEDED", "Rate limit exceeded").reply()
    }

    fn state(&self) -> Value {
        let mut state = self.state.to_json();
        state.insert("unknownParameters".to_owned(), json!(self.unknown));
        Value::Object(state)
    }

    fn people(&mut self, order: &PeopleOrder) -> Result<Vec<String>, String> {
        self.state.now = self.state.now.max(self.clock.now());
        people::act(&mut self.state, order)
    }

    fn loggable_path(&self, path: &str) -> String {
        match path.strip_prefix("/1/tokens/").map(|rest| rest.split_once('/')) {
            Some(Some((_, rest))) => format!("/1/tokens/*/{rest}"),
            Some(None) => "/1/tokens/*".to_owned(),
            None => path.to_owned(),
        }
    }
}

impl Trello {
    fn answer_to(
        &mut self,
        caller: &Caller,
        credential: &Credential,
        request: &Request,
        path: &str,
    ) -> Result<Reply, Refusal> {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match (request.method.as_str(), parts.as_slice()) {
            ("GET", ["cards", card, "attachments", attachment, "download", ..]) => {
                return self.redirect_to_storage(caller, credential, card, attachment);
            }
            (method, ["tokens", token, rest @ ..]) => return self.token(caller, method, token, rest),
            _ => {}
        }
        let mut call =
            Call { state: &mut self.state, caller, params: &request.params, file: request.file.as_ref() };
        let answer = call.answer(&request.method, path)?;
        for name in request.params.unknown() {
            *self.unknown.entry(name).or_default() += 1;
        }
        Ok(Reply::json(200, &answer))
    }

    /// Tokens may be asked about and revoked by whoever holds them.
    fn token(&mut self, caller: &Caller, method: &str, token: &str, rest: &[&str]) -> Result<Reply, Refusal> {
        let found = self.gate.tokens.get(token).filter(|found| found.member == caller.member);
        let found = found.ok_or_else(Refusal::not_found)?;
        match (method, rest) {
            ("GET", []) => Ok(Reply::json(200, &Gate::describe(found))),
            ("GET", ["member"]) => {
                let member = self.state.world.get(MEMBER, &found.member).ok_or_else(Refusal::not_found)?;
                Ok(Reply::json(200, &State::member_view(member, true)))
            }
            ("DELETE", []) => {
                self.gate.tokens.remove(token);
                Ok(Reply::json(200, &json!({})))
            }
            _ => Err(Refusal::no_path(method, "/1/tokens/")),
        }
    }

    /// Bytes are only given to a credential in the header, and lie under another host name.
    fn redirect_to_storage(
        &self,
        caller: &Caller,
        credential: &Credential,
        card: &str,
        attachment: &str,
    ) -> Result<Reply, Refusal> {
        if !credential.in_header {
            return Err(Refusal::unauthorized());
        }
        let found = self.state.attachment_of(caller, card, attachment, Access::View)?;
        if found["isUpload"] != true {
            return Err(Refusal::not_found());
        }
        let expires = self.state.now.as_second() + DOWNLOAD_SECONDS;
        let signature = self.signature(attachment, expires);
        let storage = &self.storage_origin;
        let address = format!("{storage}/storage/{attachment}?X-Amz-Expires={expires}&X-Amz-Signature={signature}");
        Ok(Reply::text(302, "").with("location", address))
    }

    fn signature(&self, attachment: &str, expires: i64) -> String {
        derived("signature", self.seed, &format!("{attachment} {expires}"), 64)
    }

    /// The file storage: it knows signatures and no members, and refuses who sends it a credential.
    fn storage(&self, request: &Request, attachment: &str) -> Reply {
        let denied = |status, code: &str| {
            Reply::bytes(status, "application/xml", format!("<Error><Code>{code}</Code></Error>").into_bytes())
        };
        if request.headers.contains_key("authorization") {
            return denied(400, "InvalidArgument");
        }
        let expires: i64 = request.params.text("X-Amz-Expires").and_then(|text| text.parse().ok()).unwrap_or(0);
        let signed = request.params.text("X-Amz-Signature") == Some(self.signature(attachment, expires));
        if !signed || self.state.now.as_second() > expires {
            return denied(403, "AccessDenied");
        }
        match (self.state.blobs.get(attachment), self.state.world.get(ATTACHMENT, attachment)) {
            (Some(blob), Some(about)) => {
                let mime = text(about, "mimeType");
                let mime = if mime.is_empty() { "application/octet-stream" } else { mime };
                Reply::bytes(200, mime, blob.bytes())
            }
            _ => denied(404, "NoSuchKey"),
        }
    }
}

fn batch_size(params: &Params) -> usize {
    params.text("urls").map_or(1, |urls| urls.split(',').count())
}
