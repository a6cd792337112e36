//! Builds worlds: through the API itself where that can express it, and directly where it cannot.

use serde_json::{Value, json};

use super::super::access::Caller;
use crate::sim::blob::Blob;
use super::super::call::Call;
use super::super::input;
use super::super::state::{BOARD, CARD, MEMBER, PLUGIN_DATA, State};
use super::{Built, Resident};
use crate::base::clock::Timestamp;
use crate::sim::request::Params;
use crate::sim::world::text;

/// The second in which every world begins: 6 January 2025, 8 o'clock.
const BEGINNING: i64 = 1_736_150_400;

/// The people of every world, by what they may do in its first workspace.
#[derive(Debug, Clone)]
pub(super) struct Cast {
    /// Administers the workspace.
    pub(super) ada: String,
    /// Administers boards, normal in the workspace.
    pub(super) ben: String,
    /// Normal member.
    pub(super) cleo: String,
    /// Observer.
    pub(super) dan: String,
    /// In no workspace.
    pub(super) eve: String,
}

/// A world under construction. The first thing that was refused is kept; nothing works after it.
pub(super) struct Builder {
    pub(super) state: State,
    pub(super) random: fastrand::Rng,
    pub(super) cast: Cast,
    refused: Option<String>,
}

impl Builder {
    pub(super) fn new(seed: u64, origin: String) -> Self {
        let beginning = Timestamp::from_second(BEGINNING).unwrap_or_default();
        let mut state = State::new(seed, beginning, origin);
        let mut person = |username: &str, name: &str| state.new_member(username, name);
        let cast = Cast {
            ada: person("ada", "Ada Byron"),
            ben: person("ben", "Ben Okafor"),
            cleo: person("cleo", "Cleo Martín"),
            dan: person("dan", "Dan Whitfield"),
            eve: person("eve", "Eve Lindqvist"),
        };
        Self { state, random: fastrand::Rng::with_seed(seed), cast, refused: None }
    }

    /// Lets some time pass.
    pub(super) fn pass(&mut self, seconds: u64) {
        let later = self.state.now.checked_add(std::time::Duration::from_secs(seconds));
        self.state.now = later.unwrap_or(self.state.now);
    }

    /// Carries out a request as a member; gives the answer, or null when it was refused.
    pub(super) fn ask(&mut self, member: &str, method: &str, path: &str, parameters: Value) -> Value {
        self.pass(1);
        let caller = Caller { member: member.to_owned(), write: true };
        let params = Params::from_json(parameters);
        let mut call = Call { state: &mut self.state, caller: &caller, params: &params, file: None };
        match call.answer(method, path) {
            Ok(answer) => answer,
            Err(refusal) => {
                self.refused.get_or_insert_with(|| format!("{method} {path}: {refusal:?}"));
                Value::Null
            }
        }
    }

    /// Creates something as Ada and gives its id.
    pub(super) fn make(&mut self, path: &str, parameters: Value) -> String {
        let ada = self.cast.ada.clone();
        text(&self.ask(&ada, "POST", path, parameters), "id").to_owned()
    }

    /// Changes something as Ada.
    pub(super) fn change(&mut self, path: &str, parameters: Value) {
        let ada = self.cast.ada.clone();
        self.ask(&ada, "PUT", path, parameters);
    }

    /// Ada's workspace with Ben, Cleo and Dan in it.
    pub(super) fn workspace(&mut self, name: &str, display_name: &str) -> String {
        let id = self.make("/organizations", json!({"name": name, "displayName": display_name}));
        for member in [self.cast.ben.clone(), self.cast.cleo.clone(), self.cast.dan.clone()] {
            self.state.join(&id, &member, "normal");
        }
        id
    }

    /// An empty board of Ada's on which Ben is an administrator, Cleo a normal member and Dan an observer.
    pub(super) fn board(&mut self, workspace: &str, name: &str, level: &str) -> String {
        let id = self.make(
            "/boards",
            json!({
                "name": name, "idOrganization": workspace, "defaultLists": false, "defaultLabels": false,
                "prefs_permissionLevel": level,
            }),
        );
        let cast = self.cast.clone();
        for (member, role) in [(cast.ben, "admin"), (cast.cleo, "normal"), (cast.dan, "observer")] {
            self.state.join(&id, &member, role);
        }
        id
    }

    /// Makes Eve, who is in no workspace, an ordinary member of every board that is not private, as a guest or
    /// as an ordinary member of the workspace.
    pub(super) fn invite_eve(&mut self, as_guest: bool) {
        let eve = self.cast.eve.clone();
        let boards: Vec<_> = self.state.world.all(BOARD).cloned().collect();
        for board in boards.iter().filter(|board| board["prefs"]["permissionLevel"] != "private") {
            self.state.join(text(board, "id"), &eve, "normal");
            if !as_guest {
                self.state.join(text(board, "idOrganization"), &eve, "normal");
            }
        }
    }

    pub(super) fn list(&mut self, board: &str, name: &str) -> String {
        self.make("/lists", json!({"idBoard": board, "name": name, "pos": "bottom"}))
    }

    pub(super) fn label(&mut self, board: &str, name: &str, colour: &str) -> String {
        self.make("/labels", json!({"idBoard": board, "name": name, "color": colour}))
    }

    /// A card at the bottom of a list; `more` are further parameters.
    pub(super) fn card(&mut self, list: &str, name: &str, mut more: Value) -> String {
        more["idList"] = list.into();
        more["name"] = name.into();
        self.make("/cards", more)
    }

    /// A card made by the cheapest way, for large worlds.
    pub(super) fn plain_card(&mut self, list: &str, name: &str, pos: u32) -> String {
        let ada = self.cast.ada.clone();
        self.state.new_card(&ada, list, name, &input::number_json(f64::from(pos) * 1_024.0))
    }

    pub(super) fn comment(&mut self, member: &str, card: &str, comment: &str) -> String {
        self.pass(1);
        self.state.new_comment(member, card, comment)
    }

    /// A checklist; items that begin with `x ` are done.
    pub(super) fn checklist(&mut self, card: &str, name: &str, items: &[&str]) -> String {
        let id = self.make("/checklists", json!({"idCard": card, "name": name}));
        for item in items {
            let (name, checked) = item.strip_prefix("x ").map_or((*item, false), |name| (name, true));
            self.make(&format!("/checklists/{id}/checkItems"), json!({"name": name, "checked": checked}));
        }
        id
    }

    /// An upload of `len` bytes that follow from the world's seed.
    pub(super) fn upload(&mut self, member: &str, card: &str, file_name: &str, mime: &str, len: usize) -> String {
        self.pass(1);
        let blob = Blob::Grown { seed: self.random.u64(..), len };
        self.state.new_upload(member, card, (file_name, file_name), mime, blob)
    }

    /// A definition of a custom field.
    pub(super) fn field(&mut self, board: &str, name: &str, kind: &str, options: &[(&str, &str)]) -> String {
        let options: Vec<Value> =
            options.iter().map(|(text, colour)| json!({"value": {"text": text}, "color": colour})).collect();
        self.make(
            "/customFields",
            json!({
                "idModel": board, "modelType": "board", "name": name, "type": kind, "pos": "bottom",
                "options": options, "display_cardFront": true,
            }),
        )
    }

    /// The ids of a field's options, in order.
    pub(super) fn options(&self, field: &str) -> Vec<String> {
        let field = self.state.world.get(super::super::state::CUSTOM_FIELD, field);
        let options = field.map(|field| super::super::state::items(field, "options")).unwrap_or_default();
        options.iter().map(|option| text(option, "id").to_owned()).collect()
    }

    /// Data that a Power-Up keeps about a card; the API only shows it.
    pub(super) fn plugin_data(&mut self, card: &str, plugin: &str, value: &str) {
        let board = self.state.world.get(CARD, card).map(|card| text(card, "idBoard").to_owned()).unwrap_or_default();
        let data = json!({
            "id": self.state.new_id(), "idPlugin": plugin, "scope": "card", "idModel": card, "value": value,
            "access": "shared",
        });
        self.state.world.insert(PLUGIN_DATA, &[&board, card], data);
    }

    /// Changes what the API does not let anybody change.
    pub(super) fn force(&mut self, kind: crate::sim::world::Kind, id: &str, field: &str, value: Value) {
        match self.state.world.edit(kind, id) {
            Some(entity) => entity[field] = value,
            None => self.refused = Some(format!("there is no {kind} {id}")),
        }
    }

    /// Ends the construction; an error when anything was refused on the way.
    pub(super) fn finish(mut self) -> Result<Built, String> {
        if let Some(refused) = self.refused {
            return Err(format!("this world cannot be built: {refused}"));
        }
        self.state.history = true;
        let resident = |member: &String, role: &str, write| Resident {
            member: member.clone(),
            role: role.to_owned(),
            write,
        };
        let cast = &self.cast;
        let residents = vec![
            resident(&cast.ada, "workspace admin", true),
            resident(&cast.ben, "board admin", true),
            resident(&cast.cleo, "member", true),
            resident(&cast.dan, "observer", true),
            resident(&cast.eve, "outsider", true),
            resident(&cast.ada, "workspace admin, token without the right to write", false),
        ];
        debug_assert!(self.state.world.all(MEMBER).count() >= 5, "the cast is part of every world");
        Ok(Built { state: self.state, residents })
    }
}
