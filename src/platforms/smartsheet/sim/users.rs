//! Users, plans and contacts.

use serde_json::{Value, json};

use super::access::{Caller, mini, name};
use super::call::{Answer, Call, done, success};
use super::input;
use super::paging;
use super::refusal::Refusal;
use super::state::{GROUP, State, USER, items};
use crate::sim::world::text;

/// What only system administrators see of others and may change.
const ROLES: &[&str] = &["admin", "groupAdmin", "licensedSheetCreator", "resourceViewer"];

impl State {
    /// Refuses who is not a system administrator.
    pub(super) fn system_admin(&self, caller: &Caller) -> Result<(), Refusal> {
        if self.user(&caller.user)?["admin"] == true { Ok(()) } else { Err(Refusal::of(1004)) }
    }

    /// The users of the caller's account, in the order of their addresses.
    fn colleagues(&self, caller: &Caller) -> Result<Vec<&Value>, Refusal> {
        let account = self.user(&caller.user)?["_account"].clone();
        let mut users: Vec<&Value> =
            self.world.all(USER).filter(|user| user["_account"] == account).collect();
        users.sort_by_key(|user| text(user, "email"));
        Ok(users)
    }
}

/// A user as others see them: with `roles` for system administrators.
fn user_view(user: &Value, roles: bool) -> Value {
    let mut view = json!({"id": user["id"], "email": user["email"], "name": name(user)});
    if roles {
        for field in ["firstName", "lastName", "status", "seatType"].iter().chain(ROLES) {
            view[*field] = user[*field].clone();
        }
        // The platform counts no longer.
        view["sheetCount"] = (-1).into();
    }
    view
}

/// What somebody has written about themselves. It stands in no list.
fn profile(user: &Value) -> Value {
    let mut profile = json!({
        "locale": "en_US", "timeZone": "Etc/UTC", "company": "", "department": "", "title": "", "role": "",
        "workPhone": "", "mobilePhone": "", "alternateEmails": [],
        "account": {"id": user["_account"], "name": user["_accountName"]},
        "jiraAdmin": false, "salesforceAdmin": false, "salesforceUser": false,
    });
    for (field, value) in user["_profile"].as_object().into_iter().flatten() {
        profile[field] = value.clone();
    }
    profile
}

impl Call<'_> {
    /// Whether the caller's plan is one that is paid for.
    fn paid(&self) -> Result<(), Refusal> {
        let paid = self.state.user(&self.caller.user)?["_paid"] == true;
        if paid { Ok(()) } else { Err(Refusal::of(1013)) }
    }

    pub(super) fn get_me(&mut self) -> Answer {
        let include = input::words(self.query, "include", &["groups"])?;
        let me = self.state.user(&self.caller.user)?;
        let mut view = profile(me);
        for field in ["id", "email", "firstName", "lastName"].iter().chain(ROLES) {
            view[*field] = me[*field].clone();
        }
        if include.contains("groups") {
            let mine = |group: &&Value| items(group, "_members").contains(&me["id"]);
            let groups = self.state.world.all(GROUP).filter(mine);
            view["groups"] = groups
                .map(|group| json!({"id": group["id"], "name": group["name"], "description": group["description"]}))
                .collect();
        }
        Ok(view)
    }

    pub(super) fn get_users(&mut self) -> Answer {
        self.paid()?;
        let admin = self.state.system_admin(self.caller).is_ok();
        input::words(self.query, "include", &["lastLogin"])?;
        let emails = input::list(self.query, "email");
        let wanted = |user: &&Value| {
            let known = |email: &String| text(user, "email").eq_ignore_ascii_case(email);
            emails.as_ref().is_none_or(|emails| emails.iter().any(known))
        };
        let users = self.state.colleagues(self.caller)?.into_iter().filter(wanted);
        paging::numbered(self.query, &self.state.rules, users.map(|user| user_view(user, admin)).collect())
    }

    pub(super) fn get_user(&mut self, id: &str) -> Answer {
        self.paid()?;
        let admin = self.state.system_admin(self.caller).is_ok();
        let user = self.colleague(id)?;
        if !admin && id != self.caller.user {
            return Ok(user_view(user, false));
        }
        let mut view = profile(user);
        for field in ["id", "email", "firstName", "lastName", "status"].iter().chain(ROLES) {
            view[*field] = user[*field].clone();
        }
        Ok(view)
    }

    fn colleague(&self, id: &str) -> Result<&Value, Refusal> {
        let user = self.state.user(id)?;
        let mine = user["_account"] == self.state.user(&self.caller.user)?["_account"];
        if mine { Ok(user) } else { Err(Refusal::of(1020)) }
    }

    pub(super) fn get_plans(&mut self, id: &str) -> Answer {
        let include = input::words(self.query, "include", &["planName"])?;
        input::flag(self.query, "displayContributorSeatType")?;
        if id != self.caller.user {
            self.state.system_admin(self.caller)?;
        }
        let user = self.colleague(id)?;
        let mut plan = json!({
            "planId": user["_account"], "seatType": user["seatType"], "seatTypeLastChangedAt": user["createdAt"],
            "isInternal": true,
        });
        if include.contains("planName") {
            plan["planName"] = user["_accountName"].clone();
        }
        if user["seatType"] == "PROVISIONAL_MEMBER" {
            plan["provisionalExpirationDate"] = user["_provisionalUntil"].clone();
        }
        paging::by_key(self.query, &self.state.rules, vec![plan], "data")
    }

    pub(super) fn get_contacts(&mut self) -> Answer {
        let contacts = self.state.colleagues(self.caller)?.into_iter().map(|user| {
            let id = super::derived("contact", 0, text(user, "email"), 24);
            json!({"id": format!("C{id}"), "name": name(user), "email": user["email"]})
        });
        paging::numbered(self.query, &self.state.rules, contacts.collect())
    }

    pub(super) fn post_user(&mut self) -> Answer {
        self.state.system_admin(self.caller)?;
        self.query.text("sendEmail");
        let known = [
            "email",
            "firstName",
            "lastName",
            "admin",
            "groupAdmin",
            "licensedSheetCreator",
            "resourceViewer",
        ];
        input::only(self.body, &known)?;
        let email = self.body["email"].as_str().filter(|email| input::is_email(email));
        let email = email.ok_or_else(|| Refusal::about(1031, "email"))?;
        if self.state.user_by_email(email).is_some() {
            return Err(Refusal::about(1129, "user"));
        }
        let caller = self.state.user(&self.caller.user)?;
        let mut user = json!({
            "email": email, "firstName": self.body["firstName"].as_str().unwrap_or_default(),
            "lastName": self.body["lastName"].as_str().unwrap_or_default(), "status": "PENDING",
            "seatType": "VIEWER", "createdAt": self.state.date(), "_account": caller["_account"],
            "_accountName": caller["_accountName"], "_paid": true,
        });
        for role in ROLES {
            user[*role] = input::truth(self.body, role)?.unwrap_or(false).into();
        }
        if user["licensedSheetCreator"] == true {
            user["seatType"] = "MEMBER".into();
        }
        let id = self.state.add(USER, &[], user);
        Ok(done(user_view(self.state.user(&id)?, true)))
    }

    pub(super) fn put_user(&mut self, id: &str) -> Answer {
        self.state.system_admin(self.caller)?;
        self.colleague(id)?;
        input::only(
            self.body,
            &["firstName", "lastName", "admin", "groupAdmin", "licensedSheetCreator", "resourceViewer"],
        )?;
        let body = self.body;
        for role in ROLES {
            if let Some(value) = input::truth(body, role)? {
                self.state.change(USER, id, |user| user[*role] = value.into());
            }
        }
        for field in ["firstName", "lastName"] {
            if let Some(value) = body[field].as_str() {
                self.state.change(USER, id, |user| user[field] = value.into());
            }
        }
        Ok(done(user_view(self.state.user(id)?, true)))
    }

    pub(super) fn delete_user(&mut self, id: &str) -> Answer {
        self.state.system_admin(self.caller)?;
        self.colleague(id)?;
        for parameter in ["transferTo", "transferSheets", "removeFromSharing"] {
            self.query.text(parameter);
        }
        if id == self.caller.user {
            return Err(Refusal::of(1004));
        }
        let account = self.state.new_id();
        // Who is removed from an account goes on as somebody without one: what they wrote keeps their name.
        self.state.change(USER, id, |user| {
            user["_account"] = account.into();
            user["_paid"] = false.into();
            user["licensedSheetCreator"] = false.into();
        });
        for group in self.state.world.all(GROUP).map(|group| text(group, "id").to_owned()).collect::<Vec<_>>()
        {
            self.state.change(GROUP, &group, |group| {
                if let Some(members) = group["_members"].as_array_mut() {
                    members.retain(|member| member != id);
                }
            });
        }
        Ok(success())
    }

    /// The caller, as they stand beside what they do.
    pub(super) fn me(&self) -> Value {
        mini(self.state.world.get(USER, &self.caller.user))
    }
}
