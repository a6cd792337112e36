//! Sharing: who has which level on a sheet, workspace, report or dashboard.

use serde_json::{Value, json};

use super::access::{Level, name};
use super::call::{Answer, Call, done, success};
use super::input;
use super::paging;
use super::refusal::Refusal;
use super::state::{GROUP, REPORT, SHARE, SHEET, SIGHT, State, USER, WORKSPACE};
use crate::sim::world::{Kind, text};

/// What can be shared, by the word for it.
const ASSETS: &[(&str, Kind)] =
    &[("sheet", SHEET), ("workspace", WORKSPACE), ("report", REPORT), ("sight", SIGHT)];
/// People and groups in one request.
const MOST: usize = 1_000;

impl State {
    /// Gives a user or a group (`USER`, `GROUP`) a level on a thing.
    pub(super) fn share(&mut self, kind: Kind, asset: &str, with: &str, whom: &str, level: Level) -> String {
        let id = format!("AAA{}", self.new_word());
        let field = if with == "GROUP" { "groupId" } else { "userId" };
        let share = json!({
            "id": id, "type": with, field: whom, "accessLevel": level.word(), "_asset": kind, "_assetId": asset,
        });
        self.add(SHARE, &[asset], share)
    }

    fn share_view(&self, share: &Value, kind: Kind, scope: &str) -> Value {
        let mut view = json!({
            "id": share["id"], "type": share["type"], "accessLevel": share["accessLevel"], "scope": scope,
        });
        if kind == WORKSPACE {
            view["scope"] = "WORKSPACE".into();
        }
        if share["type"] == "GROUP" {
            view["groupId"] = share["groupId"].clone();
            view["name"] =
                self.world.get(GROUP, text(share, "groupId")).map(|group| group["name"].clone()).into();
        } else {
            view["userId"] = share["userId"].clone();
            if let Some(user) = self.world.get(USER, text(share, "userId")) {
                view["email"] = user["email"].clone();
                view["name"] = name(user).into();
            }
        }
        view
    }
}

impl Call<'_> {
    /// The thing that `assetType` and `assetId` name.
    fn asset(&self, least: Level) -> Result<(Kind, String), Refusal> {
        let word = self.query.text("assetType").ok_or_else(|| Refusal::about(1009, "assetType"))?;
        let id = self.query.text("assetId").filter(|id| input::is_id(id));
        let (_, kind) = ASSETS
            .iter()
            .find(|(known, _)| *known == word)
            .ok_or_else(|| Refusal::about(1018, "assetType"))?;
        let id = id.ok_or_else(|| Refusal::about(1018, "assetId"))?;
        self.state.find(self.caller, kind, &id, least)?;
        Ok((kind, id))
    }

    pub(super) fn get_shares(&mut self) -> Answer {
        let (kind, id) = self.asset(Level::Viewer)?;
        let included = self.query.text("sharingInclude").unwrap_or_default().to_lowercase();
        let own = self.state.listed(&id, SHARE).into_iter();
        let mut views: Vec<Value> = own.map(|share| self.state.share_view(share, kind, "ITEM")).collect();
        let workspace = self.state.world.get(kind, &id).and_then(|item| self.state.workspace_of(item));
        if let Some(workspace) = workspace.filter(|_| kind != WORKSPACE && included.contains("workspace")) {
            let inherited = self.state.listed(text(workspace, "id"), SHARE).into_iter();
            views.extend(inherited.map(|share| self.state.share_view(share, WORKSPACE, "WORKSPACE")));
        }
        paging::by_key(self.query, &self.state.rules, views, "items")
    }

    fn share_of(&self, id: &str, least: Level) -> Result<(Kind, &Value), Refusal> {
        let (kind, asset) = self.asset(least)?;
        let found = self.state.world.of(&asset, SHARE).find(|share| text(share, "id") == id);
        Ok((kind, found.ok_or_else(|| Refusal::of(1027))?))
    }

    pub(super) fn get_share(&mut self, id: &str) -> Answer {
        let (kind, share) = self.share_of(id, Level::Viewer)?;
        Ok(self.state.share_view(share, kind, "ITEM"))
    }

    /// A level that the caller may give: none above their own, and nobody makes an owner.
    fn grantable(&self, given: &Value, kind: Kind, asset: &str) -> Result<Level, Refusal> {
        let word = given["accessLevel"].as_str().ok_or_else(|| Refusal::about(1012, "accessLevel"))?;
        let level = Level::parse(word).filter(|level| *level != Level::Owner);
        let level = level.ok_or_else(|| Refusal::about(1031, "accessLevel"))?;
        let own = self.state.level(kind, asset, &self.caller.user).unwrap_or(Level::Viewer);
        if level > own.min(Level::Admin) { Err(Refusal::of(1004)) } else { Ok(level) }
    }

    pub(super) fn post_shares(&mut self) -> Answer {
        let (kind, asset) = self.asset(Level::EditorShare)?;
        input::flag(self.query, "sendEmail")?;
        let (given, many) = input::one_or_many(self.body)?;
        if given.len() > MOST {
            return Err(Refusal::about(1061, "shares"));
        }
        let mut wanted = Vec::new();
        for given in &given {
            input::only(
                given,
                &["email", "groupId", "userId", "accessLevel", "subject", "message", "ccMe", "type"],
            )?;
            let level = self.grantable(given, kind, &asset)?;
            let (with, field, whom) = self.recipient(given)?;
            if self.state.world.of(&asset, SHARE).any(|share| text(share, field) == whom) {
                return Err(Refusal::about(1025, whom));
            }
            wanted.push((with, whom, level));
        }
        let mut views = Vec::new();
        for (with, whom, level) in wanted {
            let id = self.state.share(kind, &asset, with, &whom, level);
            let share = self.state.world.get(SHARE, &id).cloned().unwrap_or_default();
            views.push(self.state.share_view(&share, kind, "ITEM"));
        }
        self.state.note(&self.caller.user, &kind.to_uppercase(), "ADD_SHARE", &asset);
        Ok(done(if many { views.into() } else { views.pop().unwrap_or_default() }))
    }

    /// The user or group of a new share. Who has no account yet gets one with the invitation.
    fn recipient(&mut self, given: &Value) -> Result<(&'static str, &'static str, String), Refusal> {
        if let Some(group) = input::optional_id(given, "groupId")? {
            self.state.world.get(GROUP, &group).ok_or_else(|| Refusal::of(1106))?;
            return Ok(("GROUP", "groupId", group));
        }
        let email = given["email"].as_str().ok_or_else(|| Refusal::about(1012, "email"))?;
        if !input::is_email(email) {
            return Err(Refusal::about(1031, "email"));
        }
        let known = self.state.user_by_email(email).map(|user| text(user, "id").to_owned());
        Ok(("USER", "userId", known.unwrap_or_else(|| self.state.new_guest(email))))
    }

    pub(super) fn patch_share(&mut self, id: &str) -> Answer {
        let (kind, share) = self.share_of(id, Level::EditorShare)?;
        let asset = text(share, "_assetId").to_owned();
        if share["accessLevel"] == "OWNER" {
            return Err(Refusal::of(1028));
        }
        input::only(self.body, &["accessLevel"])?;
        // Neither giving nor taking goes beyond one's own level.
        self.grantable(share, kind, &asset)?;
        let level = self.grantable(self.body, kind, &asset)?;
        self.state.change(SHARE, id, |share| share["accessLevel"] = level.word().into());
        let (kind, share) = self.share_of(id, Level::Viewer)?;
        Ok(self.state.share_view(share, kind, "ITEM"))
    }

    pub(super) fn delete_share(&mut self, id: &str) -> Answer {
        let (kind, share) = self.share_of(id, Level::Viewer)?;
        let asset = text(share, "_assetId").to_owned();
        if share["accessLevel"] == "OWNER" {
            return Err(Refusal::of(1028));
        }
        // Everybody may go away themselves.
        if text(share, "userId") != self.caller.user {
            let own = self.state.level(kind, &asset, &self.caller.user);
            if own < Some(Level::EditorShare) {
                return Err(Refusal::of(1004));
            }
            self.grantable(share, kind, &asset)?;
        }
        self.state.world.remove(SHARE, id);
        self.state.note(&self.caller.user, &kind.to_uppercase(), "REMOVE_SHARE", &asset);
        Ok(success())
    }
}

impl State {
    /// Somebody who was only invited so far.
    pub(super) fn new_guest(&mut self, email: &str) -> String {
        let account = self.new_id();
        let user = json!({
            "email": email, "firstName": "", "lastName": "", "status": "PENDING", "seatType": "GUEST", "admin": false,
            "groupAdmin": false, "licensedSheetCreator": false, "resourceViewer": false, "_paid": false,
            "_account": account, "_accountName": "", "createdAt": self.date(),
        });
        self.add(USER, &[], user)
    }
}
