//! Members.

use serde_json::{Value, json};

use super::access::Access;
use super::call::{Answer, Call};
use super::input;
use super::refusal::Refusal;
use super::state::{BOARD, MEMBER, MEMBERSHIP, ORGANIZATION, State, lists};
use super::views::{BOARD_FIELDS, project};
use crate::sim::world::text;

impl State {
    /// Adds a person.
    pub(super) fn new_member(&mut self, username: &str, full_name: &str) -> String {
        let id = self.new_id();
        let initials: String = full_name.split(' ').filter_map(|word| word.chars().next()).collect();
        self.world.insert(
            MEMBER,
            &[],
            json!({
                "id": id, "username": username, "fullName": full_name, "initials": initials, "bio": "",
                "email": format!("{username}@example.org"), "confirmed": true, "activityBlocked": false,
                "memberType": "normal", "url": format!("https://trello.com/{username}"),
                "avatarHash": "", "avatarUrl": "", "idMemberReferrer": null, "nonPublic": {},
                "nonPublicAvailable": false, "idEnterprise": null, "idEnterprisesAdmin": [],
                "idPremOrgsAdmin": [], "loginTypes": ["password"], "status": "disconnected",
                "prefs": {"locale": "en", "timezone": "Etc/UTC", "colorBlind": false},
            }),
        );
        id
    }

    /// Makes a member of a board or workspace, or changes the role of one.
    pub(super) fn join(&mut self, place: &str, member: &str, role: &str) -> String {
        if let Some(id) = self.membership_of(place, member) {
            if let Some(membership) = self.world.edit(MEMBERSHIP, &id) {
                membership["memberType"] = role.into();
                membership["deactivated"] = false.into();
            }
            return id;
        }
        let id = self.new_id();
        let confirmed = self.world.get(MEMBER, member).is_some_and(|member| member["memberType"] == "normal");
        let membership = json!({
            "id": id, "idMember": member, "memberType": role, "unconfirmed": !confirmed, "deactivated": false,
        });
        self.world.insert(MEMBERSHIP, &[place], membership);
        id
    }

    /// The membership of a member on a board or in a workspace.
    pub(super) fn membership_of(&self, place: &str, member: &str) -> Option<String> {
        let found = self.world.of(place, MEMBERSHIP).find(|membership| text(membership, "idMember") == member);
        found.map(|membership| text(membership, "id").to_owned())
    }

    /// The member with this id or user name.
    pub(super) fn member(&self, id: &str) -> Option<&Value> {
        self.world.get(MEMBER, id).or_else(|| self.world.all(MEMBER).find(|member| text(member, "username") == id))
    }

    /// The member with this address, who is invited if nobody has it.
    pub(super) fn member_by_email(&mut self, email: &str, full_name: &str) -> String {
        if let Some(member) = self.world.all(MEMBER).find(|member| text(member, "email") == email) {
            return text(member, "id").to_owned();
        }
        let username: String = email.chars().filter(char::is_ascii_alphanumeric).collect();
        let id = self.new_member(&username.to_lowercase(), full_name);
        if let Some(member) = self.world.edit(MEMBER, &id) {
            member["email"] = email.into();
            member["memberType"] = "ghost".into();
            member["confirmed"] = false.into();
        }
        id
    }

    fn memberships_of(&self, member: &str) -> impl Iterator<Item = &Value> {
        self.world
            .all(BOARD)
            .chain(self.world.all(ORGANIZATION))
            .filter(move |place| self.role(text(place, "id"), member).is_some())
    }
}

impl Call<'_> {
    /// The member in a path; `me` is who asks.
    fn member_in_path(&self, id: &str) -> Result<String, Refusal> {
        let id = if id == "me" { self.caller.member.as_str() } else { id };
        Ok(text(self.state.member(id).ok_or_else(Refusal::not_found)?, "id").to_owned())
    }

    pub(super) fn get_member(&mut self, id: &str) -> Answer {
        let id = self.member_in_path(id)?;
        let own = id == self.caller.member;
        let member = self.state.world.get(MEMBER, &id).ok_or_else(Refusal::not_found)?;
        let mut view = State::member_view(member, own);
        let of = |kind| {
            let (is_board, places) = (kind == BOARD, self.state.memberships_of(&id));
            let places = places.filter(move |place| place.get("idOrganization").is_some() == is_board);
            places.map(|place| place["id"].clone()).collect::<Vec<Value>>()
        };
        view["idBoards"] = of(BOARD).into();
        view["idOrganizations"] = of(ORGANIZATION).into();
        let mut view = project(view, &self.params.text("fields").unwrap_or_else(|| "all".to_owned()));
        if let Some(filter) = self.params.text("boards").filter(|filter| filter != "none") {
            let fields = self.params.text("board_fields").unwrap_or_else(|| "all".to_owned());
            view["boards"] = self.boards_of(&id, &filter, &fields)?;
        }
        if self.params.text("organizations").is_some_and(|filter| filter != "none") {
            let fields = self.params.text("organization_fields").unwrap_or_else(|| "all".to_owned());
            view["organizations"] = self.organizations_of(&id, &fields);
        }
        Ok(view)
    }

    pub(super) fn get_member_boards(&mut self, id: &str) -> Answer {
        let id = self.member_in_path(id)?;
        let filter = self.params.text("filter").unwrap_or_else(|| "all".to_owned());
        let fields = self.params.text("fields").unwrap_or_else(|| "all".to_owned());
        self.boards_of(&id, &filter, &fields)
    }

    /// The boards with a membership; boards that are only seen through the workspace are not among them.
    fn boards_of(&self, member: &str, filter: &str, fields: &str) -> Answer {
        let caller = &self.caller.member;
        let boards = self.state.world.all(BOARD);
        let boards = boards.filter(|board| self.state.role(text(board, "id"), member).is_some());
        let boards = boards.filter(|board| self.state.access(board, caller) >= Access::View);
        let ids = boards.map(|board| text(board, "id").to_owned());
        self.state.boards_view(ids, self.params, filter, fields, member)
    }

    pub(super) fn get_member_organizations(&mut self, id: &str) -> Answer {
        let id = self.member_in_path(id)?;
        input::one_of(self.params, "filter", &["all", "members", "none", "public"])?;
        Ok(self.organizations_of(&id, &self.params.text("fields").unwrap_or_else(|| "all".to_owned())))
    }

    fn organizations_of(&self, member: &str, fields: &str) -> Value {
        let all = self.state.world.all(ORGANIZATION);
        let own = all.filter(|organization| self.state.role(text(organization, "id"), member).is_some());
        own.map(|organization| project(self.state.organization_view(organization), fields)).collect()
    }

    pub(super) fn get_board_members(&mut self, id: &str) -> Answer {
        let id = self.state.board(self.caller, id, Access::View)?;
        let fields = self.params.text("fields").unwrap_or_else(|| "all".to_owned());
        Ok(self.state.members(&id).into_iter().map(|member| project(member, &fields)).collect())
    }

    pub(super) fn get_board_memberships(&mut self, id: &str) -> Answer {
        let id = self.state.board(self.caller, id, Access::View)?;
        self.memberships_of_place(&id)
    }

    pub(super) fn memberships_of_place(&mut self, place: &str) -> Answer {
        let with_member = input::flag(self.params, "member")?.unwrap_or(false);
        let org_member_type = input::flag(self.params, "orgMemberType")?.unwrap_or(false);
        let filter = self.params.text("filter").unwrap_or_else(|| "all".to_owned());
        let mut memberships = self.state.memberships(place, with_member);
        memberships.retain(|membership| match filter.as_str() {
            "me" => text(membership, "idMember") == self.caller.member,
            "admins" | "admin" => membership["memberType"] == "admin",
            "normal" => membership["memberType"] == "normal",
            "deactivated" => membership["deactivated"] == true,
            "none" => false,
            _ => true,
        });
        let organization = self.state.world.get(BOARD, place).map(|board| text(board, "idOrganization").to_owned());
        if let Some(organization) = organization.filter(|_| org_member_type) {
            for membership in &mut memberships {
                let role = self.state.role(&organization, text(membership, "idMember"));
                membership["orgMemberType"] = role.map_or(Value::Null, Value::from);
            }
        }
        Ok(memberships.into())
    }

    /// Adds a member to a board or changes the role: administrators may do both, others may only add when
    /// the board lets members invite.
    pub(super) fn put_board_member(&mut self, board: &str, member: Option<&str>) -> Answer {
        let board = self.state.board(self.caller, board, Access::Edit)?;
        let role = input::one_of(self.params, "type", &["admin", "normal", "observer"])?;
        input::flag(self.params, "allowBillableGuest")?;
        let member = if let Some(member) = member {
            self.member_in_path(member)?
        } else {
            let email = input::required(self.params, "email")?;
            let name = input::text(self.params, "fullName")?.unwrap_or_else(|| email.clone());
            self.state.member_by_email(&email, &name)
        };
        let role = role.unwrap_or_else(|| "normal".to_owned());
        let admin = self.state.board(self.caller, &board, Access::Admin).is_ok();
        let invites = self.state.world.get(BOARD, &board).is_some_and(|b| b["prefs"]["invitations"] == "members");
        let new = self.state.role(&board, &member).is_none();
        let may_add = invites && new && role != "admin";
        if !(admin || may_add) {
            return Err(Refusal::unauthorized());
        }
        self.state.join(&board, &member, &role);
        let data = json!({"idMemberAdded": member});
        self.state.note(&self.caller.member, "addMemberToBoard", &board, None, data);
        Ok(json!({
            "id": board, "members": self.state.members(&board),
            "memberships": self.state.memberships(&board, false),
        }))
    }

    pub(super) fn put_board_membership(&mut self, board: &str, membership: &str) -> Answer {
        let board = self.state.board(self.caller, board, Access::Admin)?;
        let role = input::one_of(self.params, "type", &["admin", "normal", "observer"])?;
        let role = role.ok_or_else(|| Refusal::invalid("type"))?;
        let known = self.state.world.ids_of(&board, MEMBERSHIP).iter().any(|known| known == membership);
        let member = self.state.world.get(MEMBERSHIP, membership).filter(|_| known);
        let member = member.ok_or_else(Refusal::not_found)?;
        let member = text(member, "idMember").to_owned();
        if role != "admin" {
            self.keep_an_admin(&board, &member)?;
        }
        self.state.join(&board, &member, &role);
        Ok(State::plain(self.state.world.get(MEMBERSHIP, membership).ok_or_else(Refusal::not_found)?))
    }

    /// Removing a member takes them off all cards of the board as well.
    pub(super) fn delete_board_member(&mut self, board: &str, member: &str) -> Answer {
        let member = self.member_in_path(member)?;
        let least = if member == self.caller.member { Access::View } else { Access::Admin };
        let board = self.state.board(self.caller, board, least)?;
        self.keep_an_admin(&board, &member)?;
        self.leave_board(&board, &member)?;
        Ok(json!({
            "id": board, "members": self.state.members(&board),
            "memberships": self.state.memberships(&board, false),
        }))
    }

    pub(super) fn leave_board(&mut self, board: &str, member: &str) -> Result<(), Refusal> {
        let state = &mut *self.state;
        let membership = state.membership_of(board, member).ok_or_else(Refusal::not_found)?;
        state.world.remove(MEMBERSHIP, &membership);
        let cards = state.world.of(board, super::state::CARD).filter(|card| lists(card, "idMembers", member));
        let cards: Vec<String> = cards.map(|card| text(card, "id").to_owned()).collect();
        for card in cards {
            if let Some(card) = state.world.edit(super::state::CARD, &card) {
                super::state::take_out(card, "idMembers", |id| id == member);
            }
            state.touch_card(&card);
        }
        state.note(&self.caller.member, "removeMemberFromBoard", board, None, json!({"idMemberRemoved": member}));
        Ok(())
    }

    fn keep_an_admin(&self, board: &str, member: &str) -> Result<(), Refusal> {
        let admins = self.state.world.of(board, MEMBERSHIP).filter(|m| m["memberType"] == "admin");
        let mut others = admins.filter(|membership| text(membership, "idMember") != member);
        let is_admin = self.state.role(board, member) == Some("admin");
        if is_admin && others.next().is_none() {
            return Err(Refusal::over_limit("BOARD_MUST_HAVE_ADMIN", "Board must have at least one admin"));
        }
        Ok(())
    }

    pub(super) fn get_organization_members(&mut self, id: &str) -> Answer {
        let id = self.state.organization(self.caller, id, false)?;
        let fields = self.params.text("fields").unwrap_or_else(|| "all".to_owned());
        Ok(self.state.members(&id).into_iter().map(|member| project(member, &fields)).collect())
    }

    pub(super) fn get_organization_boards(&mut self, id: &str) -> Answer {
        let id = self.state.organization(self.caller, id, false)?;
        let filter = self.params.text("filter").unwrap_or_else(|| "all".to_owned());
        let fields = self.params.text("fields").unwrap_or_else(|| "all".to_owned());
        self.boards_in(&id, &filter, &fields)
    }

    /// The boards of a workspace that the caller may see.
    pub(super) fn boards_in(&self, organization: &str, filter: &str, fields: &str) -> Answer {
        let caller = &self.caller.member;
        let boards = self.state.world.of(organization, BOARD);
        let seen = boards.filter(|board| self.state.access(board, caller) >= Access::View);
        let ids = seen.map(|board| text(board, "id").to_owned());
        let fields = if fields.is_empty() { BOARD_FIELDS } else { fields };
        self.state.boards_view(ids, self.params, filter, fields, caller)
    }
}
