//! Teams of organizations and their members.

use serde_json::{Value, json};

use super::call::{Answer, Call, Outcome};
use super::input;
use super::refusal::Refusal;
use super::state::{SETTING, State, TEAM, TEAM_MEMBERSHIP, USER, WORKSPACE, ids};
use super::text_fields::Rich;
use crate::sim::world::text;

/// Who may do things in a team: fields with the same two values.
const ACCESS_FIELDS: &[&str] = &[
    "edit_team_name_or_description_access_level",
    "edit_team_visibility_or_trash_team_access_level",
    "guest_invite_management_access_level",
    "join_request_management_access_level",
    "member_invite_management_access_level",
    "team_member_removal_access_level",
];

const FIELDS: &[&str] = &[
    "name",
    "organization",
    "description",
    "html_description",
    "visibility",
    "endorsed",
    "team_content_management_access_level",
    "edit_team_name_or_description_access_level",
    "edit_team_visibility_or_trash_team_access_level",
    "guest_invite_management_access_level",
    "join_request_management_access_level",
    "member_invite_management_access_level",
    "team_member_removal_access_level",
];

impl State {
    /// A team without members.
    pub(super) fn new_team(&mut self, organization: &str, name: &str, visibility: &str) -> String {
        let id = self.new_gid();
        let mut team = json!({
            "id": id, "name": name, "organization": organization, "visibility": visibility, "endorsed": false,
            "html_description": "<body></body>", "team_content_management_access_level": "no_restriction",
            "custom_field_settings": [],
        });
        for field in ACCESS_FIELDS {
            team[*field] = "all_team_members".into();
        }
        self.world.insert(TEAM, &[organization], team);
        id
    }

    /// Lets somebody into a team, once, and gives the membership.
    pub(super) fn join_team(&mut self, team: &str, user: &str, is_admin: bool) -> String {
        if let Some(known) = self.in_team(team, user) {
            return text(known, "id").to_owned();
        }
        let organization = self.text_of(TEAM, team, "organization");
        let is_guest = !self.is_full_member(&organization, user);
        let id = self.new_gid();
        let membership = json!({
            "id": id, "team": team, "user": user, "is_admin": is_admin, "is_guest": is_guest,
            "is_limited_access": is_guest,
        });
        self.world.insert(TEAM_MEMBERSHIP, &[team, user], membership);
        id
    }

    /// Takes somebody out of all teams of an organization.
    pub(super) fn leave_teams(&mut self, organization: &str, user: &str) {
        for membership in self.world.ids_of(user, TEAM_MEMBERSHIP) {
            let team = self.text_of(TEAM_MEMBERSHIP, &membership, "team");
            if self.text_of(TEAM, &team, "organization") == organization {
                self.world.remove(TEAM_MEMBERSHIP, &membership);
            }
        }
    }
}

impl Call<'_> {
    fn seen_teams(&self, organization: &str) -> Vec<String> {
        let teams = self.state.world.of(organization, TEAM);
        let seen = teams.filter(|team| self.state.sees_team(team, &self.caller.user));
        seen.map(|team| text(team, "id").to_owned()).collect()
    }

    fn organization(&self, id: &str) -> Result<String, Refusal> {
        let id = self.state.workspace(self.caller, id)?;
        match self.state.known(WORKSPACE, &id)? {
            workspace if workspace["is_organization"] == true => Ok(id),
            _ => Err(Refusal::invalid("organization", &format!("Not an organization: {id}"))),
        }
    }

    pub(super) fn get_workspace_teams(&mut self, id: &str) -> Outcome {
        let id = self.organization(id)?;
        self.list(TEAM, &self.seen_teams(&id))
    }

    pub(super) fn get_user_teams(&mut self, who: &str) -> Outcome {
        let user = self.somebody(who)?;
        let id = self.query.text("organization").ok_or_else(|| Refusal::missing("organization"))?;
        let id = self.organization(&id)?;
        let mut teams = self.seen_teams(&id);
        teams.retain(|team| self.state.in_team(team, &user).is_some());
        self.list(TEAM, &teams)
    }

    pub(super) fn get_team(&mut self, id: &str) -> Outcome {
        self.state.team(self.caller, id)?;
        self.one(TEAM, id)
    }

    pub(super) fn get_team_settings(&mut self, id: &str) -> Outcome {
        let settings = ids(self.state.team(self.caller, id)?, "custom_field_settings");
        self.list(SETTING, &settings)
    }

    pub(super) fn post_team(&mut self) -> Outcome {
        input::only(self.data, FIELDS)?;
        let organization = input::required_gid(self.data, "organization")?;
        let organization = self.organization(&organization)?;
        self.full_member(&organization)?;
        let name = input::required_name(self.data, "name")?;
        let changes = self.team_changes()?;
        let id = self.state.new_team(&organization, &name, "secret");
        self.state.join_team(&id, &self.caller.user, true);
        for (field, value) in changes {
            self.state.set(TEAM, &id, field, value);
        }
        self.created(TEAM, &id)
    }

    pub(super) fn put_team(&mut self, id: &str) -> Outcome {
        input::only(self.data, FIELDS)?;
        let team = self.state.team(self.caller, id)?;
        let changes = self.team_changes()?;
        let guard = |field: &str| {
            let visibility = "edit_team_visibility_or_trash_team_access_level";
            let rest = "edit_team_name_or_description_access_level";
            if field == "visibility" { visibility } else { rest }
        };
        for (field, _) in &changes {
            self.team_right(team, guard(field))?;
        }
        for (field, value) in changes {
            self.state.set(TEAM, id, field, value);
        }
        self.one(TEAM, id)
    }

    fn team_changes(&self) -> Result<Vec<(&'static str, Value)>, Refusal> {
        let mut changes: Vec<(&'static str, Value)> = Vec::new();
        if let Some(name) = input::name(self.data, "name")? {
            changes.push(("name", name.into()));
        }
        let rich = Rich { kind: TEAM, plain: "description", html: "html_description" };
        changes.extend(self.rich_change(rich)?);
        let visibilities = ["secret", "request_to_join", "public"];
        if let Some(visibility) = input::one_of(self.data, "visibility", &visibilities)? {
            changes.push(("visibility", visibility.into()));
        }
        if let Some(endorsed) = input::flag(self.data, "endorsed")? {
            changes.push(("endorsed", endorsed.into()));
        }
        for field in ACCESS_FIELDS {
            if let Some(who) = input::one_of(self.data, field, &["all_team_members", "only_team_admins"])? {
                changes.push((*field, who.into()));
            }
        }
        let content = "team_content_management_access_level";
        if let Some(who) = input::one_of(self.data, content, &["no_restriction", "only_team_admins"])? {
            changes.push((content, who.into()));
        }
        Ok(changes)
    }

    /// Refuses who is not in a team, or not its admin where only admins may do a thing.
    fn team_right(&self, team: &Value, right: &str) -> Result<(), Refusal> {
        let own = self.state.in_team(text(team, "id"), &self.caller.user);
        let fits = own.is_some_and(|own| own["is_admin"] == true || team[right] != "only_team_admins");
        if fits { Ok(()) } else { Err(Refusal::forbidden(TEAM)) }
    }

    pub(super) fn add_team_user(&mut self, id: &str) -> Outcome {
        input::only(self.data, &["user"])?;
        let team = self.state.team(self.caller, id)?.clone();
        self.team_right(&team, "member_invite_management_access_level")?;
        self.full_member(text(&team, "organization"))?;
        let who = input::text(self.data, "user")?.ok_or_else(|| Refusal::missing("user"))?;
        let user = self.state.user(self.caller, "user", &who)?;
        if !self.state.is_in(text(&team, "organization"), &user) {
            return Err(Refusal::invalid("user", &format!("Not a user in Organization: {who}")));
        }
        let membership = self.state.join_team(id, &user, false);
        self.one(TEAM_MEMBERSHIP, &membership)
    }

    pub(super) fn remove_team_user(&mut self, id: &str) -> Outcome {
        input::only(self.data, &["user"])?;
        let team = self.state.team(self.caller, id)?.clone();
        self.team_right(&team, "team_member_removal_access_level")?;
        let who = input::text(self.data, "user")?.ok_or_else(|| Refusal::missing("user"))?;
        let user = self.state.user(self.caller, "user", &who)?;
        let membership = self.state.in_team(id, &user).map(|own| text(own, "id").to_owned());
        let membership = membership.ok_or_else(|| Refusal::unknown_in_body("user", &who))?;
        self.state.world.remove(TEAM_MEMBERSHIP, &membership);
        Ok(Answer::empty())
    }

    pub(super) fn get_team_memberships_of(&mut self, id: &str) -> Outcome {
        self.state.team(self.caller, id)?;
        self.list(TEAM_MEMBERSHIP, &self.state.world.ids_of(id, TEAM_MEMBERSHIP))
    }

    pub(super) fn get_user_team_memberships(&mut self, who: &str) -> Outcome {
        let user = self.somebody(who)?;
        let workspace = self.query.text("workspace").ok_or_else(|| Refusal::missing("workspace"))?;
        self.memberships_of_user(&user, &workspace)
    }

    /// By team, or by user and workspace.
    pub(super) fn get_team_memberships(&mut self) -> Outcome {
        match (self.query.text("team"), self.query.text("user"), self.query.text("workspace")) {
            (Some(team), None, None) => self.get_team_memberships_of(&team),
            (None, Some(who), Some(workspace)) => {
                let user = self.state.user(self.caller, USER, &who)?;
                self.memberships_of_user(&user, &workspace)
            }
            _ => Err(Refusal::wrong("You should specify either team, or user and workspace")),
        }
    }

    fn memberships_of_user(&mut self, user: &str, workspace: &str) -> Outcome {
        let workspace = self.state.workspace(self.caller, workspace)?;
        let seen = self.seen_teams(&workspace);
        let all = self.state.world.of(user, TEAM_MEMBERSHIP);
        let shown = all.filter(|membership| seen.iter().any(|team| membership["team"] == team.as_str()));
        let ids: Vec<String> = shown.map(|membership| text(membership, "id").to_owned()).collect();
        self.list(TEAM_MEMBERSHIP, &ids)
    }

    pub(super) fn get_team_membership(&mut self, id: &str) -> Outcome {
        let team = text(self.state.known(TEAM_MEMBERSHIP, id)?, "team").to_owned();
        self.state.team(self.caller, &team)?;
        self.one(TEAM_MEMBERSHIP, id)
    }
}
