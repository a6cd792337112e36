//! Groups and their members.

use serde_json::{Value, json};

use super::access::name;
use super::call::{Answer, Call, done, success};
use super::input;
use super::paging;
use super::refusal::Refusal;
use super::state::{GROUP, SHARE, State, USER, ids};
use crate::sim::world::text;

/// The longest name of a group, in characters.
const LONGEST_NAME: usize = 50;

impl State {
    fn group_view(&self, group: &Value, members: bool) -> Value {
        let owner = self.world.get(USER, text(group, "ownerId"));
        let mut view = json!({
            "id": group["id"], "name": group["name"], "description": group["description"],
            "owner": owner.map(|owner| owner["email"].clone()), "ownerId": group["ownerId"],
            "createdAt": group["createdAt"], "modifiedAt": group["modifiedAt"],
        });
        if members {
            let members = ids(group, "_members");
            let members = members.iter().filter_map(|id| self.world.get(USER, id));
            view["members"] = members.map(member_view).collect();
        }
        view
    }
}

fn member_view(user: &Value) -> Value {
    json!({
        "id": user["id"], "email": user["email"], "firstName": user["firstName"], "lastName": user["lastName"],
        "name": name(user),
    })
}

impl Call<'_> {
    pub(super) fn get_groups(&mut self) -> Answer {
        let since = input::time(self.query, "modifiedSince")?;
        let account = self.state.user(&self.caller.user)?["_account"].clone();
        let mut groups: Vec<&Value> =
            self.state.world.all(GROUP).filter(|group| group["_account"] == account).collect();
        groups.sort_by_key(|group| text(group, "name"));
        let changed = |group: &&Value| super::items::is_since(group, since);
        let groups =
            groups.into_iter().filter(changed).map(|group| self.state.group_view(group, false)).collect();
        paging::numbered(self.query, &self.state.rules, groups)
    }

    fn group(&self, id: &str) -> Result<&Value, Refusal> {
        let group = self.state.world.get(GROUP, id).ok_or_else(|| Refusal::of(1106))?;
        let mine = group["_account"] == self.state.user(&self.caller.user)?["_account"];
        if mine { Ok(group) } else { Err(Refusal::of(1106)) }
    }

    pub(super) fn get_group(&mut self, id: &str) -> Answer {
        Ok(self.state.group_view(self.group(id)?, true))
    }

    /// Groups are the affair of group administrators; each belongs to one of them.
    fn may_change(&self, id: Option<&str>) -> Result<(), Refusal> {
        let me = self.state.user(&self.caller.user)?;
        if me["groupAdmin"] != true && me["admin"] != true {
            return Err(Refusal::of(1104));
        }
        match id {
            Some(id) if self.group(id)?["ownerId"] != me["id"] && me["admin"] != true => {
                Err(Refusal::of(1108))
            }
            _ => Ok(()),
        }
    }

    /// The users with these addresses, of the caller's account.
    fn people(&self, members: &Value) -> Result<Vec<String>, Refusal> {
        let account = &self.state.user(&self.caller.user)?["_account"];
        let (members, _) = match members {
            Value::Null => return Ok(Vec::new()),
            members => input::one_or_many(members)?,
        };
        let find = |member: &Value| {
            let email = member["email"].as_str().ok_or_else(|| Refusal::about(1012, "email"))?;
            let user = self.state.user_by_email(email).filter(|user| &user["_account"] == account);
            user.map(|user| text(user, "id").to_owned()).ok_or_else(|| Refusal::of(1020))
        };
        members.iter().map(find).collect()
    }

    fn free_name(&self, name: &str, own: Option<&str>) -> Result<(), Refusal> {
        let same = |group: &Value| text(group, "name") == name && Some(text(group, "id")) != own;
        if self.state.world.all(GROUP).any(same) { Err(Refusal::about(1129, "group")) } else { Ok(()) }
    }

    pub(super) fn post_group(&mut self) -> Answer {
        self.may_change(None)?;
        input::only(self.body, &["name", "description", "members"])?;
        let name = input::name(self.body, "name", LONGEST_NAME)?;
        self.free_name(&name, None)?;
        let members = self.people(&self.body["members"])?;
        let group = json!({
            "name": name, "description": self.body["description"].as_str().unwrap_or_default(),
            "ownerId": self.caller.user, "createdAt": self.state.date(), "modifiedAt": self.state.date(),
            "_account": self.state.user(&self.caller.user)?["_account"], "_members": members,
        });
        let id = self.state.add(GROUP, &[], group);
        Ok(done(self.state.group_view(self.group(&id)?, true)))
    }

    pub(super) fn put_group(&mut self, id: &str) -> Answer {
        self.group(id)?;
        self.may_change(Some(id))?;
        input::only(self.body, &["name", "description", "ownerId"])?;
        let mut changed = self.group(id)?.clone();
        if self.body.get("name").is_some() {
            let name = input::name(self.body, "name", LONGEST_NAME)?;
            self.free_name(&name, Some(id))?;
            changed["name"] = name.into();
        }
        if let Some(description) = self.body["description"].as_str() {
            changed["description"] = description.into();
        }
        if let Some(owner) = input::optional_id(self.body, "ownerId")? {
            if self.state.user(&owner)?["groupAdmin"] != true {
                return Err(Refusal::about(1031, "ownerId"));
            }
            changed["ownerId"] = owner.into();
        }
        self.state.change(GROUP, id, |group| *group = changed);
        self.state.touch(GROUP, id);
        Ok(done(self.state.group_view(self.group(id)?, false)))
    }

    pub(super) fn delete_group(&mut self, id: &str) -> Answer {
        self.group(id)?;
        self.may_change(Some(id))?;
        self.state.world.remove(GROUP, id);
        let shares = self.state.world.all(SHARE).filter(|share| text(share, "groupId") == id);
        for share in shares.map(|share| text(share, "id").to_owned()).collect::<Vec<_>>() {
            self.state.world.remove(SHARE, &share);
        }
        Ok(success())
    }

    pub(super) fn post_group_members(&mut self, id: &str) -> Answer {
        self.group(id)?;
        self.may_change(Some(id))?;
        let added = self.people(self.body)?;
        self.state.change(GROUP, id, |group| {
            if let Some(members) = group["_members"].as_array_mut() {
                for user in &added {
                    if !members.iter().any(|member| member == user) {
                        members.push(user.as_str().into());
                    }
                }
            }
        });
        self.state.touch(GROUP, id);
        let views: Vec<Value> =
            added.iter().filter_map(|id| self.state.world.get(USER, id)).map(member_view).collect();
        Ok(done(if self.body.is_array() {
            views.into()
        } else {
            views.into_iter().next().unwrap_or_default()
        }))
    }

    pub(super) fn delete_group_member(&mut self, id: &str, user: &str) -> Answer {
        let group = self.group(id)?;
        if !ids(group, "_members").iter().any(|member| member == user) {
            return Err(Refusal::of(1020));
        }
        self.may_change(Some(id))?;
        self.state.change(GROUP, id, |group| {
            if let Some(members) = group["_members"].as_array_mut() {
                members.retain(|member| member != user);
            }
        });
        self.state.touch(GROUP, id);
        Ok(success())
    }
}
