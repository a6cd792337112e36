//! The Asana sandbox: a strict imitation of the REST API, written from the vendor's documents and not from
//! the connector, so that both cannot share a mistake.
//!
//! * `call` says which function answers which path; one file per resource answers.
//! * `auth`, `scopes` and `access` decide who may ask and what they may do, `quota` how often.
//! * `schema`, `selection` and `views` show stored entities as Asana does.
//! * `worlds` fills a sandbox, `people` live in it.

#![expect(
    clippy::indexing_slicing,
    reason = "entities are JSON objects: reading a missing field gives null, writing one adds it"
)]

mod access;
mod attachments;
mod auth;
mod batch;
mod call;
mod custom_fields;
mod custom_types;
mod enum_options;
mod events;
mod input;
mod inventory;
mod memberships;
mod page;
mod people;
mod projects;
mod quota;
mod refusal;
mod relations;
mod rich_text;
mod schema;
mod scopes;
mod search;
mod sections;
mod selection;
mod settings;
mod state;
mod status;
mod stories;
mod tags;
mod task_fields;
mod tasks;
mod teams;
#[cfg(test)]
mod tests;
mod text_fields;
mod values;
mod views;
mod workspaces;
mod worlds;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use self::access::Caller;
use self::auth::{Gate, Person};
use self::call::{Answer, Call};
use self::quota::Quota;
use self::refusal::Refusal;
use self::state::{ATTACHMENT, State, USER, WORKSPACE_MEMBERSHIP};
use self::worlds::{Credential, Resident};
use crate::base::clock::Clock;
use crate::platforms::platform::{Sandbox, SandboxAccount, SandboxSettings};
use crate::sim::engine::{self, Imitation, PeopleOrder};
use crate::sim::reply::Reply;
use crate::sim::request::{Params, Request};
use crate::sim::rooms::Room;
use crate::sim::world::text;

/// Builds the sandbox. The error names the worlds when there is none of that name.
pub fn sandbox(settings: SandboxSettings) -> Result<Sandbox, String> {
    let (asana, accounts) = open(&settings)?;
    Ok(Sandbox {
        router: engine::router(asana, settings.clock),
        base_url: format!("{}/api/1.0", settings.origin),
        accounts,
    })
}

fn open(settings: &SandboxSettings) -> Result<(Asana, Vec<SandboxAccount>), String> {
    let built = worlds::build(settings)?;
    let mut asana = Asana {
        state: built.state,
        gate: Gate::new(settings.seed),
        quota: Quota::default(),
        people: Vec::new(),
        clock: Arc::clone(&settings.clock),
        unknown: BTreeMap::new(),
    };
    asana.pass_time();
    let accounts = built.residents.iter().map(|resident| asana.account(resident)).collect();
    Ok((asana, accounts))
}

struct Asana {
    state: State,
    gate: Gate,
    quota: Quota,
    /// Who can be asked for consent, in the order of the accounts.
    people: Vec<Person>,
    clock: Arc<dyn Clock>,
    /// How often which parameter came that nothing here understands.
    unknown: BTreeMap<String, u64>,
}

impl Imitation for Asana {
    fn answer(&mut self, request: &Request) -> Reply {
        self.pass_time();
        if let Some(file) = request.path.strip_prefix("/storage/") {
            return self.storage(request, file);
        }
        if let Some(path) = request.path.strip_prefix("/-/") {
            return self.gate.oauth(request, path, &self.people, self.state.now);
        }
        let Some(path) = request.path.strip_prefix("/api/1.0") else {
            return Refusal::no_route().reply();
        };
        let token = Gate::token(request);
        let caller = match self.gate.admit(&token, self.state.now) {
            Ok(caller) => caller,
            Err(refusal) => return refusal.reply(),
        };
        let outcome = self.count(&token, &caller, request, path);
        let outcome = outcome.and_then(|()| self.answer_to(&caller, request, path));
        let mut reply = match outcome {
            Ok(Answer { status, body, headers }) => {
                let reply = Reply::json(status, &body);
                headers.into_iter().fold(reply, |reply, (name, value)| reply.with(name, value))
            }
            Err(refusal) => refusal.reply(),
        };
        reply.member = Some(self.state.text_of(USER, &caller.user, "email"));
        reply
    }

    fn too_many_requests(&self) -> Reply {
        Refusal::too_many(1).reply()
    }

    fn rooms(&self, request: &Request) -> Vec<Room> {
        quota::rooms(&Gate::token(request), request)
    }

    fn state(&self) -> Value {
        let mut state = self.state.to_json();
        let mut unknown = self.unknown.clone();
        unknown.extend(self.state.unknown_fields.clone());
        state.insert("unknown_parameters".to_owned(), json!(unknown));
        Value::Object(state)
    }

    fn people(&mut self, order: &PeopleOrder) -> Result<Vec<String>, String> {
        self.pass_time();
        people::act(&mut self.state, order)
    }

    fn loggable_path(&self, path: &str) -> String {
        path.to_owned()
    }
}

impl Asana {
    /// The clock may stand before the youngest thing in the world; time must not go backwards.
    fn pass_time(&mut self) {
        self.state.now = self.state.now.max(self.clock.now());
    }

    /// The account of somebody, with a credential that is made for it.
    fn account(&mut self, resident: &Resident) -> SandboxAccount {
        let field = |name: &str| self.state.text_of(USER, &resident.user, name);
        let person = Person { id: resident.user.clone(), name: field("name"), email: field("email") };
        let mut credentials = BTreeMap::new();
        match &resident.credential {
            Credential::Personal => {
                credentials.insert("token".to_owned(), self.gate.new_personal(&person.id));
            }
            Credential::OAuth(scopes) => {
                let (access, refresh) = self.gate.new_grant(&person.id, scopes.clone(), self.state.now);
                credentials.extend([
                    ("token".to_owned(), access),
                    ("refresh_token".to_owned(), refresh),
                    ("client_id".to_owned(), self.gate.client_id.clone()),
                    ("client_secret".to_owned(), self.gate.client_secret.clone()),
                ]);
            }
        }
        let username = person.email.clone();
        self.people.push(person);
        SandboxAccount { username, role: resident.role.clone(), credentials }
    }

    /// Counts a request, or what is in a batch, on the budget of its token.
    fn count(&mut self, token: &str, caller: &Caller, request: &Request, path: &str) -> Result<(), Refusal> {
        let memberships = self.state.world.of(&caller.user, WORKSPACE_MEMBERSHIP);
        let paid = memberships.into_iter().any(|m| self.state.is_paid(text(m, "workspace")));
        let is_search =
            |path: &str| path.split('?').next().is_some_and(|path| path.ends_with("/tasks/search"));
        let (calls, searches) = match request.params.raw("data").filter(|_| path == "/batch") {
            Some(data) => {
                let actions = state::items(data, "actions");
                let searches =
                    actions.iter().filter(|action| is_search(text(action, "relative_path"))).count();
                (actions.len().max(1), searches)
            }
            None => (1, usize::from(is_search(path))),
        };
        self.quota.count(token, paid, calls, searches, self.clock.monotonic())
    }

    fn answer_to(&mut self, caller: &Caller, request: &Request, path: &str) -> call::Outcome {
        let mut query = Params::from_query(&request.query);
        let data = body(request)?;
        if let Some(options) = request.params.raw("options") {
            query.extend(batch::options(options));
        }
        let mut call = Call {
            state: &mut self.state,
            caller,
            path,
            query: &query,
            data: &data,
            file: request.file.as_ref(),
        };
        let answer = call.answer(&request.method)?;
        for name in query.unknown() {
            *self.unknown.entry(name).or_default() += 1;
        }
        Ok(answer)
    }

    /// The file storage: it knows signatures and no people, and refuses who sends it a credential.
    fn storage(&self, request: &Request, id: &str) -> Reply {
        let denied = |status, code: &str| {
            let body = format!("<Error><Code>{code}</Code></Error>");
            Reply::bytes(status, "application/xml", body.into_bytes())
        };
        if request.headers.contains_key("authorization") {
            return denied(400, "InvalidArgument");
        }
        let param = |name: &str| request.params.text(name).unwrap_or_default();
        let expires: i64 = param("expires").parse().unwrap_or(0);
        let signed = param("signature") == self.state.storage_signature(id, expires);
        if !signed || self.state.now.as_second() > expires {
            return denied(403, "AccessDenied");
        }
        match (self.state.blobs.get(id), self.state.world.get(ATTACHMENT, id)) {
            (Some(blob), Some(_)) => Reply::bytes(200, "application/octet-stream", blob.bytes()),
            _ => denied(404, "NoSuchKey"),
        }
    }
}

/// What a request writes: the object `data`, or the parts of an upload.
fn body(request: &Request) -> Result<Params, Refusal> {
    let in_query = Params::from_query(&request.query).starting_with("");
    let in_body = request.params.starting_with("").into_iter().filter(|name| !in_query.contains(name));
    if request.header("content-type").starts_with("multipart/form-data") {
        let mut parts = Params::default();
        parts.extend(in_body.filter_map(|name| Some((name.clone(), request.params.raw(&name)?.clone()))));
        return Ok(parts);
    }
    if let Some(stray) = in_body.into_iter().find(|name| !["data", "options"].contains(&name.as_str())) {
        return Err(Refusal::wrong(format!(
            "Unrecognized request field {stray}. The only allowed keys at the top level are: data, options."
        )));
    }
    match request.params.raw("data") {
        None | Some(Value::Null) => Ok(Params::default()),
        Some(Value::Object(data)) => Ok(Params::from_json(data.clone().into())),
        Some(_) => Err(Refusal::wrong("data: Value is not a JSON object")),
    }
}
