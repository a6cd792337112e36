//! Builds worlds: through the API itself where that can express it, and directly where it cannot.

use serde_json::{Value, json};

use super::super::access::Caller;
use crate::sim::blob::Blob;
use super::super::call::Call;
use super::super::state::{PROJECT, Place, State, TASK, USER};
use super::{Built, Credential, Resident};
use crate::base::clock::Timestamp;
use crate::platforms::platform::SandboxSettings;
use crate::sim::request::Params;
use crate::sim::world::{Kind, text};

/// The second in which every world begins: 6 January 2025, 8 o'clock.
const BEGINNING: i64 = 1_736_150_400;

/// The people of every world, by what they may do in its organization.
#[derive(Debug, Clone)]
pub(super) struct Cast {
    /// Administers the organization.
    pub(super) ada: String,
    /// Member; administers projects.
    pub(super) ben: String,
    /// Member; edits projects.
    pub(super) cleo: String,
    /// Member; has only what projects give to everybody.
    pub(super) flo: String,
    /// Guest.
    pub(super) gus: String,
    /// Has a view-only seat.
    pub(super) dan: String,
    /// In a workspace of her own that is not paid for.
    pub(super) eve: String,
}

/// A world under construction. The first thing that was refused is kept; nothing works after it.
pub(super) struct Builder {
    pub(super) state: State,
    pub(super) random: fastrand::Rng,
    pub(super) cast: Cast,
    /// The organization.
    pub(super) organization: String,
    refused: Option<String>,
}

impl Builder {
    pub(super) fn new(settings: &SandboxSettings) -> Self {
        let beginning = Timestamp::from_second(BEGINNING).unwrap_or_default();
        let (origin, storage) = (settings.origin.clone(), settings.storage_origin.clone());
        let mut state = State::new(settings.seed, beginning, origin, storage);
        let organization = state.new_workspace("Acme", &["acme.example"], true);
        let mut person = |name: &str, email: &str, role: &str| {
            let user = state.new_user(name, email);
            if !role.is_empty() {
                state.join_workspace(&organization, &user, role);
            }
            user
        };
        let cast = Cast {
            ada: person("Ada Byron", "ada@acme.example", "admin"),
            ben: person("Ben Okafor", "ben@acme.example", "member"),
            cleo: person("Cleo Martín", "cleo@acme.example", "member"),
            flo: person("Flo Sandberg", "flo@acme.example", "member"),
            gus: person("Gus Guest", "gus@guests.example", "guest"),
            dan: person("Dan Whitfield", "dan@acme.example", "view-only"),
            eve: person("Eve Lindqvist", "eve@home.example", ""),
        };
        let random = fastrand::Rng::with_seed(settings.seed);
        Self { state, random, cast, organization, refused: None }
    }

    /// Lets some time pass.
    pub(super) fn pass(&mut self, seconds: u64) {
        let later = self.state.now.checked_add(std::time::Duration::from_secs(seconds));
        self.state.now = later.unwrap_or(self.state.now);
    }

    /// Carries out a request as a user; gives the data of the answer, or null when it was refused.
    pub(super) fn ask(&mut self, user: &str, method: &str, path: &str, data: Value) -> Value {
        self.pass(1);
        let caller = Caller { user: user.to_owned(), app: None, scopes: None };
        let (query, data) = (Params::default(), Params::from_json(data));
        let mut call =
            Call { state: &mut self.state, caller: &caller, path, query: &query, data: &data, file: None };
        match call.answer(method) {
            Ok(answer) => answer.body["data"].clone(),
            Err(refusal) => {
                self.refused.get_or_insert_with(|| format!("{method} {path}: {refusal:?}"));
                Value::Null
            }
        }
    }

    /// Creates something as Ada and gives its gid.
    pub(super) fn make(&mut self, path: &str, data: Value) -> String {
        let ada = self.cast.ada.clone();
        text(&self.ask(&ada, "POST", path, data), "gid").to_owned()
    }

    /// Changes something as Ada.
    pub(super) fn change(&mut self, path: &str, data: Value) {
        let ada = self.cast.ada.clone();
        self.ask(&ada, "PUT", path, data);
    }

    /// A team of Ada's in which Ben and Cleo are.
    pub(super) fn team(&mut self, name: &str, visibility: &str) -> String {
        let data = json!({"organization": self.organization, "name": name, "visibility": visibility});
        let id = self.make("/teams", data);
        for member in [self.cast.ben.clone(), self.cast.cleo.clone()] {
            self.make(&format!("/teams/{id}/addUser"), json!({"user": member}));
        }
        id
    }

    /// A project of Ada's that Ben administers and Cleo edits. Its sections replace the one that it is born
    /// with.
    pub(super) fn project(
        &mut self,
        name: &str,
        mut more: Value,
        sections: &[&str],
    ) -> (String, Vec<String>) {
        more["workspace"] = self.organization.as_str().into();
        more["name"] = name.into();
        let id = self.make("/projects", more);
        let (ben, cleo) = (self.cast.ben.clone(), self.cast.cleo.clone());
        self.state.new_membership(&id, USER, &ben, "admin");
        self.state.new_membership(&id, USER, &cleo, "editor");
        let born = self.state.ids_in(PROJECT, &id, "_sections");
        let sections: Vec<String> = sections.iter().map(|name| self.section(&id, name)).collect();
        for section in born.iter().filter(|_| !sections.is_empty()) {
            let ada = self.cast.ada.clone();
            self.ask(&ada, "DELETE", &format!("/sections/{section}"), json!({}));
        }
        let sections = if sections.is_empty() { born } else { sections };
        (id, sections)
    }

    /// Gives Flo, who has no part in any project, this access level to all of them, and makes them private.
    pub(super) fn give_flo(&mut self, level: &str) {
        let flo = self.cast.flo.clone();
        for project in self.state.world.ids_of(&self.organization, PROJECT) {
            self.state.new_membership(&project, USER, &flo, level);
            self.force(PROJECT, &project, "privacy_setting", "private".into());
        }
    }

    pub(super) fn section(&mut self, project: &str, name: &str) -> String {
        self.make(&format!("/projects/{project}/sections"), json!({"name": name}))
    }

    /// A task at the end of a section; `more` are further fields.
    pub(super) fn task(&mut self, section: (&str, &str), name: &str, mut more: Value) -> String {
        more["projects"] = json!([section.0]);
        more["name"] = name.into();
        let id = self.make("/tasks", more);
        self.state.enter_section(&id, section.0, section.1, &Place::Bottom);
        id
    }

    /// A task made by the cheapest way, for large worlds.
    pub(super) fn plain_task(&mut self, section: (&str, &str), name: &str) -> String {
        let (ada, organization) = (self.cast.ada.clone(), self.organization.clone());
        let id = self.state.new_task(&ada, &organization, name);
        self.state.enter_section(&id, section.0, section.1, &Place::Bottom);
        id
    }

    pub(super) fn subtask(&mut self, parent: &str, name: &str, mut more: Value) -> String {
        more["name"] = name.into();
        self.make(&format!("/tasks/{parent}/subtasks"), more)
    }

    /// A comment in rich text, without the `<body>`.
    pub(super) fn comment(&mut self, user: &str, task: &str, html: &str) -> String {
        self.pass(1);
        self.state.new_comment(user, task, &format!("<body>{html}</body>"))
    }

    /// An upload of `len` bytes that follow from the world's seed.
    pub(super) fn upload(&mut self, user: &str, parent: (Kind, &str), name: &str, len: usize) -> String {
        self.pass(1);
        let blob = Blob::Grown { seed: self.random.u64(..), len };
        self.state.new_upload(user, parent, name, blob)
    }

    pub(super) fn upload_to_task(&mut self, user: &str, task: &str, name: &str, len: usize) -> String {
        self.upload(user, (TASK, task), name, len)
    }

    /// A field of the organization; `more` are further parts of the definition.
    pub(super) fn field(&mut self, name: &str, kind: &str, mut more: Value) -> String {
        more["workspace"] = self.organization.as_str().into();
        more["name"] = name.into();
        more["resource_subtype"] = kind.into();
        self.make("/custom_fields", more)
    }

    /// Puts a field of the organization, or a new one, on a project and gives the gid of the field.
    pub(super) fn put_field(&mut self, project: &str, field: &Value) -> String {
        let data = json!({"custom_field": field});
        let ada = self.cast.ada.clone();
        let setting = self.ask(&ada, "POST", &format!("/projects/{project}/addCustomFieldSetting"), data);
        text(&setting["custom_field"], "gid").to_owned()
    }

    /// The gids of a field's options, in order.
    pub(super) fn options(&self, field: &str) -> Vec<String> {
        let field = self.state.world.get(super::super::state::CUSTOM_FIELD, field);
        let options =
            field.map(|field| super::super::state::items(field, "enum_options")).unwrap_or_default();
        options.iter().map(|option| text(option, "gid").to_owned()).collect()
    }

    /// Changes what the API does not let anybody change.
    pub(super) fn force(&mut self, kind: Kind, id: &str, field: &str, value: Value) {
        match self.state.world.edit(kind, id) {
            Some(entity) => entity[field] = value,
            None => self.refused = Some(format!("there is no {kind} {id}")),
        }
    }

    /// Ends the construction; an error when anything was refused on the way.
    pub(super) fn finish(mut self) -> Result<Built, String> {
        let home = self.state.new_workspace("Eve's workspace", &[], false);
        let eve = self.cast.eve.clone();
        self.state.join_workspace(&home, &eve, "admin");
        let garden = self.ask(&eve, "POST", "/projects", json!({"workspace": home, "name": "Garden"}));
        let task = json!({"projects": [text(&garden, "gid")], "name": "Plant tulips"});
        self.ask(&eve, "POST", "/tasks", task);
        if let Some(refused) = self.refused {
            return Err(format!("this world cannot be built: {refused}"));
        }
        self.state.history = true;
        let reading = ["projects:read", "tasks:read", "users:read", "workspaces:read", "teams:read"];
        let narrow = Some(reading.iter().map(|scope| (*scope).to_owned()).collect());
        let resident = |user: &String, role: &str, credential| Resident {
            user: user.clone(),
            role: role.to_owned(),
            credential,
        };
        let cast = &self.cast;
        let residents = vec![
            resident(&cast.ada, "organization admin", Credential::Personal),
            resident(&cast.ben, "member, admin of projects", Credential::Personal),
            resident(&cast.cleo, "member, editor of projects", Credential::Personal),
            resident(&cast.flo, "member without a part in any project", Credential::Personal),
            resident(&cast.gus, "guest", Credential::Personal),
            resident(&cast.dan, "view-only", Credential::Personal),
            resident(&cast.eve, "admin of a free workspace", Credential::Personal),
            resident(&cast.ada, "organization admin, through the app", Credential::OAuth(None)),
            resident(
                &cast.ada,
                "organization admin, through the app for reading little",
                Credential::OAuth(narrow),
            ),
        ];
        Ok(Built { state: self.state, residents })
    }
}
