//! Who may do what: shares of items and workspaces, directly or through groups.

use std::collections::BTreeSet;

use serde_json::Value;

use super::refusal::Refusal;
use super::state::{FOLDER, GROUP, SHARE, SHEET, State, USER, WORKSPACE, items};
use crate::sim::world::{Kind, text};

/// Who asks.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    /// User id.
    pub(super) user: String,
    /// What the token may be used for; everything when it is a personal one.
    pub(super) scopes: Option<BTreeSet<String>>,
}

/// What somebody may do with an item; each level includes those before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Viewer,
    Commenter,
    Editor,
    EditorShare,
    Admin,
    Owner,
}

/// The levels as the API spells them.
const LEVELS: &[(Level, &str)] = &[
    (Level::Viewer, "VIEWER"),
    (Level::Commenter, "COMMENTER"),
    (Level::Editor, "EDITOR"),
    (Level::EditorShare, "EDITOR_SHARE"),
    (Level::Admin, "ADMIN"),
    (Level::Owner, "OWNER"),
];

impl Level {
    pub(super) fn parse(word: &str) -> Option<Self> {
        LEVELS.iter().find(|(_, known)| *known == word).map(|(level, _)| *level)
    }

    pub(super) fn word(self) -> &'static str {
        LEVELS.iter().find(|(level, _)| *level == self).map_or("VIEWER", |(_, word)| *word)
    }

    /// As it is shown: commenters are viewers to clients that do not say that they know commenters.
    pub(super) fn shown(self, api_level: usize) -> &'static str {
        if self == Self::Commenter && api_level == 0 { Self::Viewer.word() } else { self.word() }
    }
}

/// The home of a user: the container of everything that is in no workspace.
pub(super) fn home(user: &str) -> String {
    format!("home-{user}")
}

impl State {
    /// The workspace or home in which a container lies, through folders of any depth.
    pub(super) fn root(&self, container: &str) -> String {
        let mut here = container;
        while let Some(folder) = self.world.get(FOLDER, here) {
            here = text(folder, "_parent");
        }
        here.to_owned()
    }

    /// The workspace in which an item lies.
    pub(super) fn workspace_of(&self, item: &Value) -> Option<&Value> {
        self.world.get(WORKSPACE, &self.root(text(item, "_parent")))
    }

    /// The level that the shares of this one thing give.
    pub(super) fn shared(&self, asset: &str, user: &str) -> Option<Level> {
        let concerns = |share: &&Value| match text(share, "type") {
            "GROUP" => {
                let group = self.world.get(GROUP, text(share, "groupId"));
                group.is_some_and(|group| items(group, "_members").iter().any(|member| member == user))
            }
            _ => text(share, "userId") == user,
        };
        self.world
            .of(asset, SHARE)
            .filter(concerns)
            .filter_map(|share| Level::parse(text(share, "accessLevel")))
            .max()
    }

    /// What somebody may do with a workspace, folder or item; none when they cannot see it.
    pub(super) fn level(&self, kind: Kind, id: &str, user: &str) -> Option<Level> {
        if kind == WORKSPACE {
            return self.shared(id, user);
        }
        let root = self.root(text(self.world.get(kind, id)?, "_parent"));
        if kind == FOLDER && root == home(user) {
            return Some(Level::Owner);
        }
        // The owner of a workspace administers what others own in it.
        let inherited = self.shared(&root, user).map(|level| level.min(Level::Admin));
        if kind == FOLDER { self.shared(&root, user) } else { self.shared(id, user).max(inherited) }
    }

    /// A thing that the caller may do that much with. What cannot be seen is not found.
    pub(super) fn find(
        &self,
        caller: &Caller,
        kind: Kind,
        id: &str,
        least: Level,
    ) -> Result<&Value, Refusal> {
        let entity = self.world.get(kind, id).ok_or_else(|| Refusal::of(1006))?;
        match self.level(kind, id, &caller.user) {
            None => Err(Refusal::of(1006)),
            Some(level) if level < least => Err(Refusal::of(1004)),
            Some(_) => Ok(entity),
        }
    }

    /// A sheet may be deleted by its owner and by who administers the workspace it is in.
    pub(super) fn may_delete(&self, kind: Kind, item: &Value, user: &str) -> bool {
        let in_workspace = self.shared(&self.root(text(item, "_parent")), user);
        let own = self.level(kind, text(item, "id"), user);
        own == Some(Level::Owner) || in_workspace >= Some(Level::Admin)
    }

    /// The user who asks.
    pub(super) fn user(&self, id: &str) -> Result<&Value, Refusal> {
        self.world.get(USER, id).ok_or_else(|| Refusal::of(1020))
    }

    /// The user with this address.
    pub(super) fn user_by_email(&self, email: &str) -> Option<&Value> {
        self.world.all(USER).find(|user| text(user, "email").eq_ignore_ascii_case(email))
    }

    /// Refuses who may not create sheets.
    pub(super) fn licensed(&self, user: &str) -> Result<(), Refusal> {
        let user = self.user(user)?;
        if user["_paid"] != true {
            return Err(Refusal::of(1013));
        }
        if user["licensedSheetCreator"] == true { Ok(()) } else { Err(Refusal::of(1140)) }
    }

    /// The owner of an item.
    pub(super) fn owner(&self, asset: &str) -> Option<&Value> {
        let owner = self.world.of(asset, SHARE).find(|share| share["accessLevel"] == "OWNER")?;
        self.world.get(USER, text(owner, "userId"))
    }

    /// The sheets that somebody can see.
    pub(super) fn sheets_of(&self, user: &str) -> Vec<(&Value, Level)> {
        let level = |sheet: &Value| self.level(SHEET, text(sheet, "id"), user);
        self.world.all(SHEET).filter_map(|sheet| Some((sheet, level(sheet)?))).collect()
    }
}

/// `{name, email}` of a user, as it stands beside what they did.
pub(super) fn mini(user: Option<&Value>) -> Value {
    user.map_or(Value::Null, |user| serde_json::json!({"name": name(user), "email": text(user, "email")}))
}

/// First and last name of a user.
pub(super) fn name(user: &Value) -> String {
    format!("{} {}", text(user, "firstName"), text(user, "lastName")).trim().to_owned()
}
