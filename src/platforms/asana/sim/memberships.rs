//! Members of projects, who are users and teams, and followers.

use serde_json::{Value, json};

use super::access::Level;
use super::call::{Answer, Call, Outcome};
use super::events::Happening;
use super::input;
use super::refusal::Refusal;
use super::state::{MEMBERSHIP, PROJECT, State, TEAM, USER};
use crate::sim::world::{Kind, text};

const LEVELS: &[&str] = &["admin", "editor", "commenter", "viewer"];

impl State {
    /// Makes a user or team a member of a project; who is one already gets the level.
    pub(super) fn new_membership(&mut self, project: &str, kind: Kind, member: &str, level: &str) -> String {
        if let Some(known) = self.membership(project, member).map(|known| text(known, "id").to_owned()) {
            self.set(MEMBERSHIP, &known, "access_level", level);
            return known;
        }
        let id = self.new_gid();
        let membership = json!({
            "id": id, "resource_subtype": "project_membership", "parent": project, "member": member,
            "_member_kind": kind, "access_level": level,
        });
        self.world.insert(MEMBERSHIP, &[project, member], membership);
        id
    }

    fn membership(&self, project: &str, member: &str) -> Option<&Value> {
        self.world.of(project, MEMBERSHIP).find(|membership| membership["member"] == member)
    }
}

impl Call<'_> {
    /// By project, perhaps for one member only; or all of a member.
    pub(super) fn get_memberships(&mut self) -> Outcome {
        let (parent, member) = (self.query.text("parent"), self.query.text("member"));
        let subtype = self.query.text("resource_subtype");
        let member = member.map(|who| if who == "me" { self.caller.user.clone() } else { who });
        let ids: Vec<String> = match (parent, &member) {
            (Some(parent), _) => {
                self.state.project(self.caller, &parent, Level::Viewer)?;
                let all = self.state.world.of(&parent, MEMBERSHIP);
                all.filter(|m| member.as_ref().is_none_or(|wanted| m["member"] == wanted.as_str()))
                    .map(|membership| text(membership, "id").to_owned())
                    .collect()
            }
            (None, Some(member)) if subtype.as_deref() == Some("project_membership") => {
                let all = self.state.world.of(member, MEMBERSHIP);
                all.filter(|membership| self.state.sees_project(self.caller, text(membership, "parent")))
                    .map(|membership| text(membership, "id").to_owned())
                    .collect()
            }
            _ => return Err(Refusal::wrong("You should specify parent, or member and resource_subtype")),
        };
        self.list(MEMBERSHIP, &ids)
    }

    pub(super) fn get_membership(&mut self, id: &str) -> Outcome {
        let project = text(self.state.known(MEMBERSHIP, id)?, "parent").to_owned();
        self.state.project(self.caller, &project, Level::Viewer)?;
        self.one(MEMBERSHIP, id)
    }

    /// Refuses who may not share a project.
    pub(super) fn may_share(&self, project: &Value) -> Result<(), Refusal> {
        let least = Level::named(text(project, "minimum_access_level_for_sharing")).max(Level::Editor);
        self.state.project(self.caller, text(project, "id"), least).map(|_| ())
    }

    pub(super) fn post_membership(&mut self) -> Outcome {
        input::only(self.data, &["parent", "member", "access_level", "role"])?;
        let parent = input::required_gid(self.data, "parent")?;
        let member = input::required_gid(self.data, "member")?;
        let level = input::one_of(self.data, "access_level", LEVELS)?.unwrap_or_else(|| "editor".to_owned());
        let project = self.state.project(self.caller, &parent, Level::Viewer)?.clone();
        self.may_share(&project)?;
        let id = if self.state.world.get(TEAM, &member).is_some() {
            self.state.team(self.caller, &member)?;
            self.state.new_membership(&parent, TEAM, &member, &level)
        } else {
            let user = self.colleague(text(&project, "workspace"), "member", &member)?;
            self.state.new_membership(&parent, USER, &user, &level)
        };
        self.tell(Happening::changed(PROJECT, &parent, "members"));
        self.created(MEMBERSHIP, &id)
    }

    pub(super) fn put_membership(&mut self, id: &str) -> Outcome {
        input::only(self.data, &["access_level"])?;
        let project = self.project_of_membership(id)?;
        self.may_share(&project)?;
        let level = input::one_of(self.data, "access_level", LEVELS)?;
        let level = level.ok_or_else(|| Refusal::missing("access_level"))?;
        self.keep_an_admin(&project, id, &level)?;
        self.state.set(MEMBERSHIP, id, "access_level", level);
        self.tell(Happening::changed(PROJECT, text(&project, "id"), "members"));
        self.one(MEMBERSHIP, id)
    }

    pub(super) fn delete_membership(&mut self, id: &str) -> Outcome {
        let project = self.project_of_membership(id)?;
        self.may_share(&project)?;
        self.keep_an_admin(&project, id, "")?;
        self.state.world.remove(MEMBERSHIP, id);
        self.tell(Happening::changed(PROJECT, text(&project, "id"), "members"));
        Ok(Answer::empty())
    }

    fn project_of_membership(&self, id: &str) -> Result<Value, Refusal> {
        let parent = text(self.state.known(MEMBERSHIP, id)?, "parent");
        self.state.project(self.caller, parent, Level::Viewer).cloned()
    }

    /// Refuses to take the last administrator away from a project.
    fn keep_an_admin(&self, project: &Value, membership: &str, level: &str) -> Result<(), Refusal> {
        let mut members = self.state.world.of(text(project, "id"), MEMBERSHIP);
        let other = members.any(|m| m["id"] != membership && m["access_level"] == "admin");
        if level == "admin" || other {
            return Ok(());
        }
        Err(Refusal::wrong("access_level: A project needs at least one admin"))
    }

    pub(super) fn add_members(&mut self, id: &str) -> Outcome {
        input::only(self.data, &["members"])?;
        let project = self.state.project(self.caller, id, Level::Viewer)?.clone();
        self.may_share(&project)?;
        input::required_gids(self.data, "members")?;
        for user in self.people(text(&project, "workspace"), "members")? {
            if self.state.membership(id, &user).is_none() {
                self.state.new_membership(id, USER, &user, "editor");
                self.tell(Happening::entry(PROJECT, id, "members", "added", (USER, &user)));
            }
        }
        self.one(PROJECT, id)
    }

    pub(super) fn remove_members(&mut self, id: &str) -> Outcome {
        input::only(self.data, &["members"])?;
        let project = self.state.project(self.caller, id, Level::Viewer)?.clone();
        self.may_share(&project)?;
        for who in input::required_gids(self.data, "members")? {
            let user = self.state.user(self.caller, "members", &who)?;
            let membership = self.state.membership(id, &user).map(|m| text(m, "id").to_owned());
            if let Some(membership) = membership {
                self.keep_an_admin(&project, &membership, "")?;
                self.state.world.remove(MEMBERSHIP, &membership);
                self.tell(Happening::entry(PROJECT, id, "members", "removed", (USER, &user)));
            }
        }
        self.one(PROJECT, id)
    }

    pub(super) fn change_project_followers(&mut self, id: &str, add: bool) -> Outcome {
        input::only(self.data, &["followers"])?;
        let project = self.state.project(self.caller, id, Level::Editor)?;
        let workspace = text(project, "workspace").to_owned();
        input::required_gids(self.data, "followers")?;
        for user in self.people(&workspace, "followers")? {
            if add {
                self.state.put_in(PROJECT, id, "followers", &user);
            } else {
                self.state.take_out(PROJECT, id, "followers", &user);
            }
        }
        self.tell(Happening::changed(PROJECT, id, "followers"));
        self.one(PROJECT, id)
    }
}
