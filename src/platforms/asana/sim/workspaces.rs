//! Workspaces and organizations, and who belongs to them.

use serde_json::json;

use super::access::Level;
use super::call::{Answer, Call, Outcome};
use super::input;
use super::refusal::Refusal;
use super::state::{
    PROJECT, State, TASK, TEAM_MEMBERSHIP, USER, USER_TASK_LIST, WORKSPACE, WORKSPACE_MEMBERSHIP, lists,
};
use crate::sim::world::text;

/// Lists of users that are not given in pages end here.
const LONGEST_USER_LIST: usize = 2_000;

impl State {
    /// A workspace or organization; only what is paid for has custom fields, search and the like.
    pub(super) fn new_workspace(&mut self, name: &str, domains: &[&str], paid: bool) -> String {
        let id = self.new_gid();
        let workspace = json!({
            "id": id, "name": name, "email_domains": domains, "is_organization": !domains.is_empty(), "_paid": paid,
        });
        self.world.insert(WORKSPACE, &[], workspace);
        id
    }

    /// A person, who is in no workspace yet.
    pub(super) fn new_user(&mut self, name: &str, email: &str) -> String {
        let id = self.new_gid();
        self.world.insert(USER, &[], json!({"id": id, "name": name, "email": email, "photo": null}));
        id
    }

    /// Lets somebody into a workspace. Roles: `admin`, `member`, `guest`, `view-only`.
    pub(super) fn join_workspace(&mut self, workspace: &str, user: &str, role: &str) -> String {
        let (id, list) = (self.new_gid(), self.new_gid());
        let my_tasks = json!({"id": list, "name": "My tasks", "owner": user, "workspace": workspace});
        self.world.insert(USER_TASK_LIST, &[workspace, user], my_tasks);
        let membership = json!({
            "id": id, "user": user, "workspace": workspace, "user_task_list": list, "is_active": true,
            "is_admin": role == "admin", "is_guest": role == "guest", "is_view_only": role == "view-only",
            "vacation_dates": null, "created_at": self.date(),
        });
        self.world.insert(WORKSPACE_MEMBERSHIP, &[workspace, user], membership);
        id
    }

    /// The people of a workspace whom somebody may see: all, but guests only see those they work with.
    fn visible_people(&self, workspace: &str, viewer: &str) -> Vec<String> {
        let mut people: Vec<String> = self
            .world
            .of(workspace, WORKSPACE_MEMBERSHIP)
            .filter(|membership| membership["is_active"] == true)
            .map(|membership| text(membership, "user").to_owned())
            .collect();
        if !self.is_full_member(workspace, viewer) {
            let met = self.people_met(workspace, viewer);
            people.retain(|user| user == viewer || met.contains(user));
        }
        people.sort();
        people
    }

    fn people_met(&self, workspace: &str, viewer: &str) -> Vec<String> {
        let projects = self.world.of(workspace, PROJECT);
        let seen = projects.filter(|project| self.project_level(project, viewer) >= Level::Viewer);
        seen.flat_map(|project| self.world.of(text(project, "id"), super::state::MEMBERSHIP))
            .map(|membership| text(membership, "member").to_owned())
            .collect()
    }

    fn workspaces_of(&self, user: &str) -> Vec<String> {
        let memberships = self.world.of(user, WORKSPACE_MEMBERSHIP).filter(|m| m["is_active"] == true);
        memberships.map(|membership| text(membership, "workspace").to_owned()).collect()
    }
}

impl Call<'_> {
    pub(super) fn get_workspaces(&mut self) -> Outcome {
        self.list(WORKSPACE, &self.state.workspaces_of(&self.caller.user))
    }

    pub(super) fn get_workspace(&mut self, id: &str) -> Outcome {
        let id = self.state.workspace(self.caller, id)?;
        self.one(WORKSPACE, &id)
    }

    pub(super) fn get_workspace_users(&mut self, id: &str) -> Outcome {
        let id = self.state.workspace(self.caller, id)?;
        let users = self.state.visible_people(&id, &self.caller.user);
        self.cut_list(USER, &users, LONGEST_USER_LIST)
    }

    pub(super) fn get_team_users(&mut self, id: &str) -> Outcome {
        let id = text(self.state.team(self.caller, id)?, "id").to_owned();
        let memberships = self.state.world.of(&id, TEAM_MEMBERSHIP);
        let users: Vec<String> = memberships.map(|m| text(m, "user").to_owned()).collect();
        self.cut_list(USER, &users, LONGEST_USER_LIST)
    }

    /// Sorted by id, as the reference says.
    pub(super) fn get_users(&mut self) -> Outcome {
        if let Some(team) = self.query.text("team") {
            let id = text(self.state.team(self.caller, &team)?, "id").to_owned();
            let memberships = self.state.world.of(&id, TEAM_MEMBERSHIP);
            let mut users: Vec<String> = memberships.map(|m| text(m, "user").to_owned()).collect();
            users.sort();
            return self.list(USER, &users);
        }
        let workspaces = match self.query.text("workspace") {
            Some(workspace) => vec![self.state.workspace(self.caller, &workspace)?],
            None => self.state.workspaces_of(&self.caller.user),
        };
        let viewer = &self.caller.user;
        let mut users: Vec<String> =
            workspaces.iter().flat_map(|workspace| self.state.visible_people(workspace, viewer)).collect();
        users.sort();
        users.dedup();
        self.list(USER, &users)
    }

    pub(super) fn get_user(&mut self, who: &str) -> Outcome {
        let id = self.somebody(who)?;
        self.one(USER, &id)
    }

    /// Somebody in the path.
    pub(super) fn somebody(&self, who: &str) -> Result<String, Refusal> {
        self.state.user(self.caller, USER, who).map_err(|_| Refusal::unknown(USER, who))
    }

    pub(super) fn get_workspace_memberships(&mut self, id: &str) -> Outcome {
        let id = self.state.workspace(self.caller, id)?;
        let only =
            self.query.text("user").map(|user| self.state.user(self.caller, "user", &user)).transpose()?;
        let guest = !self.state.is_full_member(&id, &self.caller.user);
        let shown = self.state.world.of(&id, WORKSPACE_MEMBERSHIP).filter(|membership| {
            only.as_ref().is_none_or(|user| membership["user"] == user.as_str())
                && (!guest || membership["user"] == self.caller.user.as_str())
        });
        let ids: Vec<String> = shown.map(|membership| text(membership, "id").to_owned()).collect();
        self.list(WORKSPACE_MEMBERSHIP, &ids)
    }

    pub(super) fn get_user_workspace_memberships(&mut self, who: &str) -> Outcome {
        let user = self.somebody(who)?;
        let all = self.state.world.of(&user, WORKSPACE_MEMBERSHIP);
        let shared = all.filter(|m| self.state.is_in(text(m, "workspace"), &self.caller.user));
        let ids: Vec<String> = shared.map(|membership| text(membership, "id").to_owned()).collect();
        self.list(WORKSPACE_MEMBERSHIP, &ids)
    }

    pub(super) fn get_workspace_membership(&mut self, id: &str) -> Outcome {
        let membership = self.state.known(WORKSPACE_MEMBERSHIP, id)?;
        self.state.workspace(self.caller, text(membership, "workspace"))?;
        self.one(WORKSPACE_MEMBERSHIP, id)
    }

    /// Lets somebody in, or invites who is not known yet. Addresses outside the domains belong to guests.
    pub(super) fn add_workspace_user(&mut self, id: &str) -> Outcome {
        let id = self.state.workspace(self.caller, id)?;
        input::only(self.data, &["user"])?;
        self.full_member(&id)?;
        let who = input::text(self.data, "user")?.ok_or_else(|| Refusal::missing("user"))?;
        let user = match self.state.user(self.caller, "user", &who) {
            Ok(user) => user,
            Err(_) if who.contains('@') => {
                let name = who.split('@').next().unwrap_or_default();
                self.state.new_user(name, &who)
            }
            Err(refusal) => return Err(refusal),
        };
        if let Some(membership) = self.membership_id(&id, &user) {
            self.state.set(WORKSPACE_MEMBERSHIP, &membership, "is_active", true);
        } else {
            let email = self.state.text_of(USER, &user, "email");
            let domain = email.split('@').next_back().unwrap_or_default();
            let workspace = self.state.known(WORKSPACE, &id)?;
            let own = workspace["is_organization"] != true || lists(workspace, "email_domains", domain);
            self.state.join_workspace(&id, &user, if own { "member" } else { "guest" });
        }
        self.one(USER, &user)
    }

    pub(super) fn remove_workspace_user(&mut self, id: &str) -> Outcome {
        let id = self.state.workspace(self.caller, id)?;
        input::only(self.data, &["user"])?;
        let own = self.state.in_workspace(&id, &self.caller.user);
        if own.is_none_or(|membership| membership["is_admin"] != true) {
            return Err(Refusal::not_allowed("Only admins can remove users from the workspace"));
        }
        let who = input::text(self.data, "user")?.ok_or_else(|| Refusal::missing("user"))?;
        let user = self.state.user(self.caller, "user", &who)?;
        let membership =
            self.membership_id(&id, &user).ok_or_else(|| Refusal::unknown_in_body("user", &who))?;
        self.state.set(WORKSPACE_MEMBERSHIP, &membership, "is_active", false);
        self.state.leave_teams(&id, &user);
        Ok(Answer::empty())
    }

    fn membership_id(&self, workspace: &str, user: &str) -> Option<String> {
        let mut all = self.state.world.of(workspace, WORKSPACE_MEMBERSHIP);
        all.find(|membership| membership["user"] == user).map(|membership| text(membership, "id").to_owned())
    }

    /// Refuses guests and people with a view-only seat.
    pub(super) fn full_member(&self, workspace: &str) -> Result<(), Refusal> {
        let own = self.state.in_workspace(workspace, &self.caller.user);
        match own.filter(|membership| membership["is_guest"] != true && membership["is_view_only"] != true) {
            Some(_) => Ok(()),
            None => Err(Refusal::not_allowed("Guests and view-only members cannot do this")),
        }
    }

    /// Refuses what only workspaces have that are paid for.
    pub(super) fn paid(&self, workspace: &str, message: &str) -> Result<(), Refusal> {
        if self.state.is_paid(workspace) { Ok(()) } else { Err(Refusal::payment(message)) }
    }

    pub(super) fn get_user_task_list_of(&mut self, who: &str) -> Outcome {
        let user = self.somebody(who)?;
        let workspace = self.query.text("workspace").ok_or_else(|| Refusal::missing("workspace"))?;
        let workspace = self.state.workspace(self.caller, &workspace)?;
        let mut lists = self.state.world.of(&user, USER_TASK_LIST);
        let own = lists.find(|list| list["workspace"] == workspace.as_str());
        let id = own.map(|list| text(list, "id").to_owned());
        drop(lists);
        self.one(USER_TASK_LIST, &id.ok_or_else(|| Refusal::unknown(USER_TASK_LIST, who))?)
    }

    pub(super) fn get_user_task_list(&mut self, id: &str) -> Outcome {
        let list = self.state.known(USER_TASK_LIST, id)?;
        self.state.workspace(self.caller, text(list, "workspace"))?;
        self.one(USER_TASK_LIST, id)
    }

    pub(super) fn get_user_task_list_tasks(&mut self, id: &str) -> Outcome {
        let list = self.state.known(USER_TASK_LIST, id)?;
        let (workspace, owner) = (text(list, "workspace").to_owned(), text(list, "owner").to_owned());
        let tasks = self.state.world.of(&workspace, TASK).filter(|task| task["assignee"] == owner.as_str());
        let tasks: Vec<String> = tasks
            .filter(|task| self.state.task_level(task, &self.caller.user) >= Level::Viewer)
            .map(|task| text(task, "id").to_owned())
            .collect();
        self.list_tasks(tasks)
    }
}
