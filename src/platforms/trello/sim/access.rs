//! Who may do what: roles on boards and in workspaces.

use serde_json::Value;

use super::refusal::Refusal;
use super::state::{BOARD, CARD, MEMBERSHIP, ORGANIZATION, State};
use crate::sim::object_ids::is_object_id;
use crate::sim::world::{Kind, text};

/// Who asks.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    /// Member id.
    pub(super) member: String,
    /// Whether the token may write.
    pub(super) write: bool,
}

/// What somebody may do on a board; each includes those before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Access {
    /// Nothing: the board is private to others.
    None,
    /// See everything.
    View,
    /// Change content.
    Edit,
    /// Change the board itself and its members.
    Admin,
}

impl State {
    /// The member's role on a board or in a workspace: `admin`, `normal`, `observer`.
    pub(super) fn role(&self, place: &str, member: &str) -> Option<&str> {
        let own = |membership: &&Value| {
            text(membership, "idMember") == member && membership["deactivated"] != true
        };
        self.world.of(place, MEMBERSHIP).find(own).map(|membership| text(membership, "memberType"))
    }

    /// What a member may do on a board.
    pub(super) fn access(&self, board: &Value, member: &str) -> Access {
        let in_workspace = self.role(text(board, "idOrganization"), member);
        let level = text(&board["prefs"], "permissionLevel");
        // An administrator of the workspace is one of every board that the workspace can see.
        if in_workspace == Some("admin") && level != "private" {
            return Access::Admin;
        }
        match self.role(text(board, "id"), member) {
            Some("admin") => Access::Admin,
            Some("observer") => Access::View,
            Some(_) => Access::Edit,
            // A closed board is shown to nobody but its members and administrators.
            None if board["closed"] == true => Access::None,
            None if level == "public" || (level == "org" && in_workspace.is_some()) => Access::View,
            None => Access::None,
        }
    }

    /// Whether a preference that names a circle (`prefs.comments`, `prefs.voting`) includes the member.
    pub(super) fn in_circle(&self, board: &Value, preference: &str, member: &str) -> bool {
        let role = self.role(text(board, "id"), member);
        let access = self.access(board, member);
        match text(&board["prefs"], preference) {
            "members" => access >= Access::Edit,
            "observers" => access >= Access::Edit || role.is_some(),
            "org" => access >= Access::Edit || self.role(text(board, "idOrganization"), member).is_some(),
            "public" => access >= Access::View,
            _ => false,
        }
    }

    /// The board with this id or short link, if the caller may do that much on it.
    pub(super) fn board(&self, caller: &Caller, id: &str, least: Access) -> Result<String, Refusal> {
        let board = self.find(BOARD, id)?.ok_or_else(Refusal::no_board)?;
        if self.access(board, &caller.member) < least {
            return Err(Refusal::unauthorized());
        }
        Ok(text(board, "id").to_owned())
    }

    /// The card with this id or short link, if the caller may do that much on its board.
    pub(super) fn card(&self, caller: &Caller, id: &str, least: Access) -> Result<String, Refusal> {
        let card = self.find(CARD, id)?.ok_or_else(Refusal::not_found)?;
        self.board(caller, text(card, "idBoard"), least)?;
        Ok(text(card, "id").to_owned())
    }

    /// A thing that has the field `idBoard`, if the caller may do that much on that board.
    pub(super) fn part(
        &self,
        caller: &Caller,
        kind: Kind,
        id: &str,
        least: Access,
    ) -> Result<&Value, Refusal> {
        if !is_object_id(id) {
            return Err(Refusal::invalid_id());
        }
        let part = self.world.get(kind, id).ok_or_else(Refusal::not_found)?;
        let board = if part.get("idBoard").is_some() { text(part, "idBoard") } else { text(part, "idModel") };
        self.board(caller, board, least)?;
        Ok(part)
    }

    /// The workspace with this id or name, if the caller is in it (or administers it).
    pub(super) fn organization(&self, caller: &Caller, id: &str, admin: bool) -> Result<String, Refusal> {
        let named = || self.world.all(ORGANIZATION).find(|organization| text(organization, "name") == id);
        let found = self.world.get(ORGANIZATION, id).or_else(named).ok_or_else(Refusal::not_found)?;
        let id = text(found, "id").to_owned();
        match self.role(&id, &caller.member) {
            Some("admin") => Ok(id),
            Some(_) if !admin => Ok(id),
            None if !admin && found["prefs"]["permissionLevel"] == "public" => Ok(id),
            _ => Err(Refusal::unauthorized()),
        }
    }

    fn find(&self, kind: Kind, id: &str) -> Result<Option<&Value>, Refusal> {
        if is_object_id(id) {
            return Ok(self.world.get(kind, id));
        }
        if id.len() != 8 || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(Refusal::invalid_id());
        }
        Ok(self.world.all(kind).find(|entity| text(entity, "shortLink") == id))
    }
}
