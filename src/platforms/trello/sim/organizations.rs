//! Workspaces. The API calls them organizations.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::call::{Answer, Call};
use super::input;
use super::refusal::Refusal;
use super::state::{BOARD, MEMBERSHIP, ORGANIZATION, State};
use super::views::project;
use crate::sim::world::text;

impl State {
    /// Adds a workspace; `by` becomes its administrator.
    pub(super) fn new_organization(&mut self, by: &str, name: &str, display_name: &str) -> String {
        let id = self.new_id();
        let restrict = json!({"private": "org", "org": "org", "enterprise": "org", "public": "org"});
        self.world.insert(
            ORGANIZATION,
            &[],
            json!({
                "id": id, "name": name, "displayName": display_name, "desc": "", "descData": null,
                "website": null, "logoHash": null, "logoUrl": null, "idEnterprise": null,
                "idMemberCreator": by, "offering": "trello.free", "teamType": null, "products": [],
                "powerUps": [], "premiumFeatures": ["csvExport"], "limits": {"orgs": {}},
                "prefs": {
                    "permissionLevel": "private", "boardVisibilityRestrict": restrict,
                    "boardDeleteRestrict": restrict, "orgInviteRestrict": [], "associatedDomain": null,
                    "externalMembersDisabled": false, "attachmentRestrictions": null, "googleAppsVersion": 1,
                },
            }),
        );
        self.join(&id, by, "admin");
        id
    }
}

impl Call<'_> {
    pub(super) fn get_organization(&mut self, id: &str) -> Answer {
        let id = self.state.organization(self.caller, id, false)?;
        let view = self.organization_view(&id)?;
        let mut view = project(view, &self.params.text("fields").unwrap_or_else(|| "all".to_owned()));
        if let Some(filter) = self.params.text("boards").filter(|filter| filter != "none") {
            let fields = self.params.text("board_fields").unwrap_or_else(|| "all".to_owned());
            view["boards"] = self.boards_in(&id, &filter, &fields)?;
        }
        if self.params.text("members").is_some_and(|filter| filter != "none") {
            let fields = self.params.text("member_fields").unwrap_or_else(|| "all".to_owned());
            view["members"] = self.state.members(&id).into_iter().map(|m| project(m, &fields)).collect();
        }
        if self.params.text("memberships").is_some_and(|filter| filter != "none") {
            let with_member = input::flag(self.params, "memberships_member")?.unwrap_or(false);
            view["memberships"] = self.state.memberships(&id, with_member).into();
        }
        Ok(view)
    }

    pub(super) fn get_organization_memberships(&mut self, id: &str) -> Answer {
        let id = self.state.organization(self.caller, id, false)?;
        self.memberships_of_place(&id)
    }

    pub(super) fn post_organization(&mut self) -> Answer {
        let display_name = input::required(self.params, "displayName")?;
        let name = match input::text(self.params, "name")? {
            Some(name) => {
                let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
                if name.len() < 3 || !name.chars().all(allowed) {
                    return Err(Refusal::invalid("name"));
                }
                name
            }
            None => display_name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase(),
        };
        let name = self.free_name(name);
        let id = self.state.new_organization(&self.caller.member, &name, &display_name);
        self.change_organization(&id)?;
        self.organization_view(&id)
    }

    /// Short names are unique; a taken one gets a number.
    fn free_name(&self, wanted: String) -> String {
        let taken = |name: &str| self.state.world.all(ORGANIZATION).any(|other| text(other, "name") == name);
        let numbered = (1..).map(|n| format!("{wanted}{n}"));
        [wanted.clone()].into_iter().chain(numbered).find(|name| !taken(name)).unwrap_or(wanted)
    }

    pub(super) fn put_organization(&mut self, id: &str) -> Answer {
        let id = self.state.organization(self.caller, id, true)?;
        if let Some(name) = input::text(self.params, "name")? {
            let current = self.state.world.get(ORGANIZATION, &id).map(|o| text(o, "name").to_owned());
            if current.as_ref() != Some(&name) && self.free_name(name.clone()) != name {
                return Err(Refusal::invalid("name"));
            }
            if let Some(organization) = self.state.world.edit(ORGANIZATION, &id) {
                organization["name"] = name.into();
            }
        }
        self.change_organization(&id)?;
        self.organization_view(&id)
    }

    fn change_organization(&mut self, id: &str) -> Result<(), Refusal> {
        let mut changes: BTreeMap<&str, Value> = BTreeMap::new();
        for field in ["displayName", "desc"] {
            if let Some(text) = input::text(self.params, field)? {
                changes.insert(field, text.into());
            }
        }
        if let Some(website) = input::clearable(self.params, "website") {
            let is_address = |value: &Value| value.as_str().is_some_and(|text| text.starts_with("http"));
            if !website.is_null() && !is_address(&website) {
                return Err(Refusal::invalid("website"));
            }
            changes.insert("website", website);
        }
        let preferences = self.params.starting_with("prefs/");
        let organization = self.state.world.edit(ORGANIZATION, id).ok_or_else(Refusal::not_found)?;
        Self::set(organization, changes);
        for name in preferences {
            let value = self.params.raw(&name).cloned().unwrap_or_default();
            let preference = name.trim_start_matches("prefs/");
            match preference.split_once('/') {
                Some((outer, inner)) if organization["prefs"][outer].get(inner).is_some() => {
                    organization["prefs"][outer][inner] = value;
                }
                Some(_) => return Err(Refusal::invalid(&name)),
                None if preference == "externalMembersDisabled" => {
                    organization["prefs"][preference] =
                        input::flag(self.params, &name)?.ok_or_else(|| Refusal::invalid(&name))?.into();
                }
                None => organization["prefs"][preference] = value,
            }
        }
        Ok(())
    }

    pub(super) fn delete_organization(&mut self, id: &str) -> Answer {
        let id = self.state.organization(self.caller, id, true)?;
        for board in self.state.world.ids_of(&id, BOARD) {
            // The boards stay and belong to no workspace from then on.
            if let Some(entity) = self.state.world.edit(BOARD, &board) {
                entity["idOrganization"] = Value::Null;
                if entity["prefs"]["permissionLevel"] == "org" {
                    entity["prefs"]["permissionLevel"] = "private".into();
                }
            }
            self.state.world.move_to(BOARD, &board, &[]);
        }
        for membership in self.state.world.ids_of(&id, MEMBERSHIP) {
            self.state.world.remove(MEMBERSHIP, &membership);
        }
        self.state.world.remove(ORGANIZATION, &id);
        Ok(Self::gone())
    }

    pub(super) fn put_organization_member(&mut self, id: &str, member: Option<&str>) -> Answer {
        let id = self.state.organization(self.caller, id, true)?;
        let role = input::one_of(self.params, "type", &["admin", "normal"])?;
        let member = if let Some(member) = member {
            role.as_ref().ok_or_else(|| Refusal::invalid("type"))?;
            text(self.state.member(member).ok_or_else(Refusal::not_found)?, "id").to_owned()
        } else {
            let email = input::required(self.params, "email")?;
            let name = input::required(self.params, "fullName")?;
            self.state.member_by_email(&email, &name)
        };
        self.state.join(&id, &member, role.as_deref().unwrap_or("normal"));
        let member = self.state.member(&member).ok_or_else(Refusal::not_found)?;
        Ok(State::member_view(member, false))
    }

    /// Takes a member out of the workspace and, with `all`, out of its boards too.
    pub(super) fn delete_organization_member(&mut self, id: &str, member: &str, all: bool) -> Answer {
        let id = self.state.organization(self.caller, id, true)?;
        let membership = self.state.membership_of(&id, member).ok_or_else(Refusal::not_found)?;
        self.state.world.remove(MEMBERSHIP, &membership);
        for board in if all { self.state.world.ids_of(&id, BOARD) } else { Vec::new() } {
            if self.state.role(&board, member).is_some() {
                self.leave_board(&board, member)?;
            }
        }
        Ok(Self::gone())
    }

    fn organization_view(&self, id: &str) -> Answer {
        let organization = self.state.world.get(ORGANIZATION, id).ok_or_else(Refusal::not_found)?;
        Ok(self.state.organization_view(organization))
    }
}
