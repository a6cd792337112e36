//! Boards: what they start with, how they change, how they go.

use serde_json::{Value, json};

use super::access::Access;
use super::call::{Answer, Call};
use super::input;
use super::refusal::Refusal;
use super::state::{
    ACTION, ATTACHMENT, BOARD, BOARD_PLUGIN, CARD, CHECKLIST, CUSTOM_FIELD, LABEL, LIST, MEMBERSHIP,
    ORGANIZATION, PLUGIN_DATA, STICKER, State,
};
use crate::sim::world::{Kind, text};

const CIRCLES: &[&str] = &["disabled", "members", "observers", "org", "public"];
const BACKGROUNDS: &[&str] = &["blue", "orange", "green", "red", "purple", "pink", "lime", "sky", "grey"];
const TRUTH: &[&str] = &["true", "false"];
/// What each preference may be set to; an empty list stands for anything.
const PREFERENCES: &[(&str, &[&str])] = &[
    ("permissionLevel", &["private", "org", "public"]),
    ("voting", CIRCLES),
    ("comments", CIRCLES),
    ("invitations", &["members", "admins"]),
    ("cardAging", &["regular", "pirate"]),
    ("background", BACKGROUNDS),
    ("selfJoin", TRUTH),
    ("cardCovers", TRUTH),
    ("hideVotes", TRUTH),
    ("isTemplate", TRUTH),
    ("calendarFeedEnabled", TRUTH),
    ("showCompleteStatus", TRUTH),
    ("autoArchive", &[]),
    ("switcherViews", &[]),
];

/// Names and values of preferences.
type Preferences = Vec<(&'static str, Value)>;
/// What goes when a board goes.
const PARTS_OF_A_BOARD: &[Kind] = &[
    CARD, LIST, LABEL, CUSTOM_FIELD, CHECKLIST, ATTACHMENT, STICKER, ACTION, MEMBERSHIP, BOARD_PLUGIN, PLUGIN_DATA,
];

impl State {
    /// Adds a board without lists and labels; `by` becomes its administrator.
    pub(super) fn new_board(&mut self, by: &str, organization: &str, name: &str) -> String {
        let id = self.new_id();
        let shades = input::COLOURS.iter().flat_map(|c| [(*c).to_owned(), format!("{c}_dark"), format!("{c}_light")]);
        let label_names: Value = shades.map(|colour| (colour, Value::from(""))).collect();
        let organization_json = if organization.is_empty() { Value::Null } else { organization.into() };
        let board = json!({
            "id": id, "name": name, "desc": "", "descData": null, "closed": false, "dateClosed": null,
            "idOrganization": organization_json, "idEnterprise": null, "idMemberCreator": by,
            "shortLink": Self::short_link(&id), "starred": false, "subscribed": false, "pinned": false,
            "dateLastActivity": self.date(), "dateLastView": self.date(), "powerUps": [], "idTags": [],
            "premiumFeatures": [], "labelNames": label_names, "datePluginDisable": null,
            "creationMethod": null, "templateGallery": null, "enterpriseOwned": false, "_shorts": 0,
            "prefs": usual_preferences(),
        });
        let parents: &[&str] = if organization.is_empty() { &[] } else { &[organization] };
        self.world.insert(BOARD, parents, board);
        self.join(&id, by, "admin");
        id
    }

    /// Takes a board away with everything on it.
    pub(super) fn delete_board(&mut self, board: &str) {
        for attachment in self.world.ids_of(board, ATTACHMENT) {
            self.blobs.remove(&attachment);
        }
        for kind in PARTS_OF_A_BOARD {
            for id in self.world.ids_of(board, kind) {
                self.world.remove(kind, &id);
            }
        }
        self.world.remove(BOARD, board);
    }
}

impl Call<'_> {
    pub(super) fn post_board(&mut self) -> Answer {
        let name = input::required(self.params, "name")?;
        let organization = match self.params.text("idOrganization") {
            Some(id) if !id.is_empty() => self.state.organization(self.caller, &id, false)?,
            _ => String::new(),
        };
        let (preferences, level) = self.preferences("prefs_")?;
        self.allow_level(&organization, &level.unwrap_or_else(|| "private".to_owned()))?;
        self.allow_one_more(&organization)?;
        let default_lists = input::flag(self.params, "defaultLists")?.unwrap_or(true);
        let default_labels = input::flag(self.params, "defaultLabels")?.unwrap_or(true);
        let desc = input::text(self.params, "desc")?.unwrap_or_default();
        if self.params.text("idBoardSource").is_some() {
            return Err(Refusal::wrong("The sandbox does not copy boards."));
        }
        let id = self.state.new_board(&self.caller.member, &organization, &name);
        if let Some(board) = self.state.world.edit(BOARD, &id) {
            board["desc"] = desc.into();
            for (preference, value) in preferences {
                board["prefs"][preference] = value;
            }
        }
        for (name, pos) in [("To Do", 16_384), ("Doing", 32_768), ("Done", 49_152)].into_iter().filter(|_| default_lists) {
            self.state.new_list(&id, name, &json!(pos));
        }
        for colour in input::COLOURS.iter().take(6).filter(|_| default_labels) {
            self.state.new_label(&id, "", &json!(colour));
        }
        self.state.note(&self.caller.member, "createBoard", &id, None, json!({}));
        Ok(self.state.board_view(&id))
    }

    pub(super) fn put_board(&mut self, id: &str) -> Answer {
        let id = self.state.board(self.caller, id, Access::Admin)?;
        let (preferences, level) = self.preferences("prefs/")?;
        let current = self.state.world.get(BOARD, &id).map(|b| text(b, "idOrganization").to_owned());
        let target = self.params.text("idOrganization").unwrap_or_else(|| current.clone().unwrap_or_default());
        if Some(&target) != current.as_ref() && !target.is_empty() {
            self.state.organization(self.caller, &target, false)?;
        }
        if let Some(level) = level {
            self.allow_level(&target, &level)?;
        }
        let (name, desc) = (input::text(self.params, "name")?, input::text(self.params, "desc")?);
        if name.as_ref().is_some_and(|name| name.trim().is_empty()) {
            return Err(Refusal::invalid("name"));
        }
        let closed = input::flag(self.params, "closed")?;
        input::flag(self.params, "subscribed")?;
        let now = self.state.date();
        let touched = name.is_some() || desc.is_some() || closed.is_some();
        let label_names = self.params.starting_with("labelNames/");
        let board = self.state.world.edit(BOARD, &id).ok_or_else(Refusal::no_board)?;
        for (preference, value) in preferences {
            board["prefs"][preference] = value;
        }
        for parameter in label_names {
            let colour = parameter.trim_start_matches("labelNames/");
            if board["labelNames"].get(colour).is_none() {
                return Err(Refusal::invalid(&parameter));
            }
            board["labelNames"][colour] = self.params.text(&parameter).unwrap_or_default().into();
        }
        for (field, value) in [("name", name), ("desc", desc)] {
            if let Some(value) = value {
                board[field] = value.into();
            }
        }
        if let Some(closed) = closed {
            board["closed"] = closed.into();
            board["dateClosed"] = if closed { now.into() } else { Value::Null };
        }
        if current.is_some_and(|current| current != target) {
            board["idOrganization"] = if target.is_empty() { Value::Null } else { target.as_str().into() };
            let parents: &[&str] = if target.is_empty() { &[] } else { &[target.as_str()] };
            self.state.world.move_to(BOARD, &id, parents);
        }
        if touched {
            self.state.touch_board(&id);
            self.state.note(&self.caller.member, "updateBoard", &id, None, json!({}));
        }
        Ok(self.state.board_view(&id))
    }

    pub(super) fn delete_board(&mut self, id: &str) -> Answer {
        let id = self.state.board(self.caller, id, Access::Admin)?;
        let board = self.state.world.get(BOARD, &id).ok_or_else(Refusal::no_board)?;
        let level = text(&board["prefs"], "permissionLevel");
        self.allow("boardDeleteRestrict", text(board, "idOrganization"), level)?;
        self.state.delete_board(&id);
        Ok(Self::gone())
    }

    /// The preferences among the parameters, checked, and the level of visibility if it is among them.
    fn preferences(&self, prefix: &str) -> Result<(Preferences, Option<String>), Refusal> {
        let mut found = Vec::new();
        for (preference, words) in PREFERENCES {
            let name = format!("{prefix}{preference}");
            let Some(value) = self.params.raw(&name).cloned() else { continue };
            let word = self.params.text(&name).unwrap_or_default();
            if !words.is_empty() && !words.contains(&word.as_str()) {
                return Err(Refusal::invalid(&name));
            }
            found.push((*preference, if *words == TRUTH { (word == "true").into() } else { value }));
        }
        let level = self.params.text(&format!("{prefix}permissionLevel"));
        Ok((found, level))
    }

    /// Whether the caller may have a board of this visibility in the workspace.
    fn allow_level(&self, organization: &str, level: &str) -> Result<(), Refusal> {
        let Some(entity) = self.state.world.get(ORGANIZATION, organization) else {
            return if level == "org" { Err(Refusal::invalid("prefs_permissionLevel")) } else { Ok(()) };
        };
        self.allow("boardVisibilityRestrict", text(entity, "id"), level)
    }

    /// Whether a restriction of the workspace on boards of this visibility lets the caller pass.
    fn allow(&self, restriction: &str, organization: &str, level: &str) -> Result<(), Refusal> {
        let Some(entity) = self.state.world.get(ORGANIZATION, organization) else { return Ok(()) };
        match text(&entity["prefs"][restriction], level) {
            "none" => Err(Refusal::unauthorized()),
            "admin" => self.state.organization(self.caller, organization, true).map(|_| ()),
            _ => Ok(()),
        }
    }

    /// Free workspaces have room for a few open boards only.
    fn allow_one_more(&self, organization: &str) -> Result<(), Refusal> {
        let Some(entity) = self.state.world.get(ORGANIZATION, organization) else { return Ok(()) };
        let open = self.state.world.of(organization, BOARD).filter(|board| board["closed"] != true).count();
        let most = entity["_freeBoards"].as_u64().and_then(|most| usize::try_from(most).ok());
        if most.is_some_and(|most| open >= most) {
            return Err(Refusal::over_limit("FREE_BOARDS_PER_ORG", "Free boards per workspace limit exceeded"));
        }
        Ok(())
    }

    pub(super) fn post_board_plugin(&mut self, id: &str) -> Answer {
        let board = self.state.board(self.caller, id, Access::Admin)?;
        let plugin = input::required(self.params, "idPlugin")?;
        Ok(State::plain(&self.state.new_board_plugin(&board, &plugin)))
    }
}

impl State {
    /// Enables a Power-Up on a board.
    pub(super) fn new_board_plugin(&mut self, board: &str, plugin: &str) -> Value {
        let id = self.new_id();
        let entity = json!({"id": id, "idBoard": board, "idPlugin": plugin, "promotional": false});
        self.world.insert(BOARD_PLUGIN, &[board], entity.clone());
        entity
    }
}

/// The preferences of a board for which nobody chose any.
fn usual_preferences() -> Value {
    json!({
        "permissionLevel": "private", "voting": "disabled", "comments": "members",
        "invitations": "members", "selfJoin": true, "cardCovers": true, "cardAging": "regular",
        "hideVotes": false, "isTemplate": false, "calendarFeedEnabled": false,
        "background": "blue", "backgroundColor": "#0079BF", "backgroundImage": null,
        "backgroundImageScaled": null, "backgroundTile": false, "backgroundBrightness": "dark",
        "backgroundBottomColor": "#0079BF", "backgroundTopColor": "#0079BF",
        "showCompleteStatus": true, "autoArchive": null, "hiddenPluginBoardButtons": [],
        "switcherViews": [{"viewType": "Board", "enabled": true}, {"viewType": "Table", "enabled": true}],
        "canBePublic": true, "canBeEnterprise": true, "canBeOrg": true, "canBePrivate": true,
        "canInvite": true,
    })
}
