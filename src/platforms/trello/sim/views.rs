//! Entities as Trello shows them: what is stored, plus what follows from it.

use serde_json::{Map, Value, json};

use super::state::{
    ACTION, ATTACHMENT, BOARD, CARD, CHECKLIST, CUSTOM_FIELD, LABEL, LIST, MEMBER, MEMBERSHIP, State, items,
};
use crate::sim::blob::Blob;
use crate::sim::world::{Kind, text};

/// The fields of a board when nobody asks for others.
pub(super) const BOARD_FIELDS: &str =
    "name,desc,descData,closed,idOrganization,idEnterprise,pinned,url,shortUrl,prefs,labelNames";
/// What is told about the person behind an action.
const CREATOR_FIELDS: &str = "activityBlocked,avatarHash,avatarUrl,fullName,idMemberReferrer,initials,\
                              nonPublic,nonPublicAvailable,username";

/// The wanted fields of an entity; its id comes always. Names that it does not have are passed over.
pub(super) fn project(entity: Value, fields: &str) -> Value {
    let Value::Object(all) = entity else { return entity };
    if fields == "all" {
        return Value::Object(all);
    }
    let wanted: Vec<&str> = fields.split(',').collect();
    Value::Object(all.into_iter().filter(|(name, _)| name == "id" || wanted.contains(&name.as_str())).collect())
}

/// The entity without what only the sandbox may see.
fn public(entity: &Value) -> Value {
    let Value::Object(all) = entity else { return entity.clone() };
    all.iter().filter(|(name, _)| !name.starts_with('_')).map(|(k, v)| (k.clone(), v.clone())).collect()
}

fn slug(name: &str) -> String {
    let letters: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    letters.split('-').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}

fn limit(count: usize, disable_at: usize) -> Value {
    let warn_at = disable_at - disable_at / 10;
    let status = if count >= disable_at {
        "disabled"
    } else if count >= warn_at {
        "warning"
    } else {
        "ok"
    };
    json!({"status": status, "disableAt": disable_at, "warnAt": warn_at, "count": count})
}

impl State {
    pub(super) fn board_view(&self, id: &str) -> Value {
        let Some(stored) = self.world.get(BOARD, id) else { return Value::Null };
        let mut board = public(stored);
        let link = text(stored, "shortLink");
        board["url"] = format!("https://trello.com/b/{link}/{}", slug(text(stored, "name"))).into();
        board["shortUrl"] = format!("https://trello.com/b/{link}").into();
        board["memberships"] = self.memberships(id, false).into();
        let count = |kind: Kind| self.world.count_of(id, kind);
        let open = |kind: Kind| self.world.of(id, kind).filter(|entity| entity["closed"] != true).count();
        board["limits"] = json!({
            "attachments": {"perBoard": limit(count(ATTACHMENT), 36_000)},
            "boards": {"totalMembersPerBoard": limit(count(MEMBERSHIP), 1_600)},
            "cards": {
                "openPerBoard": limit(open(CARD), 5_000),
                "totalPerBoard": limit(count(CARD), 2_000_000),
            },
            "checklists": {"perBoard": limit(count(CHECKLIST), 1_800_000)},
            "customFields": {"perBoard": limit(count(CUSTOM_FIELD), 50)},
            "labels": {"perBoard": limit(count(LABEL), 1_000)},
            "lists": {"openPerBoard": limit(open(LIST), 500), "totalPerBoard": limit(count(LIST), 3_000)},
        });
        board
    }

    pub(super) fn card_view(&self, card: &Value) -> Value {
        let id = text(card, "id");
        let mut view = public(card);
        let link = text(card, "shortLink");
        view["url"] =
            format!("https://trello.com/c/{link}/{}-{}", card["idShort"], slug(text(card, "name"))).into();
        view["shortUrl"] = format!("https://trello.com/c/{link}").into();
        let labels = items(card, "idLabels").iter().filter_map(Value::as_str);
        view["labels"] = labels.filter_map(|label| self.world.get(LABEL, label)).map(public).collect();
        view["idChecklists"] = self.world.ids_of(id, CHECKLIST).into();
        let check_items = || self.world.of(id, CHECKLIST).flat_map(|checklist| items(checklist, "checkItems"));
        let checked = |item: &&Value| item["state"] == "complete";
        view["checkItemStates"] = check_items()
            .filter(checked)
            .map(|item| json!({"idCheckItem": item["id"], "state": "complete"}))
            .collect();
        let comments = self.world.of(id, ACTION).filter(|action| text(action, "type").ends_with("ommentCard"));
        view["badges"] = json!({
            "attachments": self.world.count_of(id, ATTACHMENT),
            "comments": comments.count(),
            "checkItems": check_items().count(),
            "checkItemsChecked": check_items().filter(checked).count(),
            "checkItemsEarliestDue": null,
            "description": !text(card, "desc").is_empty(),
            "due": card["due"], "start": card["start"], "dueComplete": card["dueComplete"],
            "location": !card["coordinates"].is_null() || !card["address"].is_null(),
            "votes": items(card, "idMembersVoted").len(),
            "viewingMemberVoted": false, "subscribed": false, "fogbugz": "", "maliciousAttachments": 0,
            "attachmentsByType": {"trello": {"board": 0, "card": 0}},
        });
        view["limits"] = json!({
            "attachments": {"perCard": limit(self.world.count_of(id, ATTACHMENT), 1_000)},
            "checklists": {"perCard": limit(self.world.count_of(id, CHECKLIST), 500)},
        });
        view
    }

    /// The stored entity as it is shown when nothing has to be added to it.
    pub(super) fn plain(entity: &Value) -> Value {
        public(entity)
    }

    /// A label with the number of cards that have it.
    pub(super) fn label_view(&self, label: &Value) -> Value {
        let mut view = public(label);
        let id = text(label, "id");
        let cards = self.world.of(text(label, "idBoard"), CARD);
        view["uses"] = cards.filter(|card| super::state::lists(card, "idLabels", id)).count().into();
        view
    }

    /// An attachment with the address of its bytes.
    pub(super) fn attachment_view(&self, attachment: &Value) -> Value {
        let mut view = public(attachment);
        if attachment["isUpload"] == true {
            let name: String = url::form_urlencoded::byte_serialize(text(attachment, "fileName").as_bytes()).collect();
            view["url"] = format!(
                "{}/1/cards/{}/attachments/{}/download/{}",
                self.origin,
                text(attachment, "_card"),
                text(attachment, "id"),
                name.replace('+', "%20"),
            )
            .into();
        }
        view
    }

    pub(super) fn action_view(&self, action: &Value, creator: bool, reactions: bool) -> Value {
        let mut view = public(action);
        if creator {
            let member = self.world.get(MEMBER, text(action, "idMemberCreator"));
            view["memberCreator"] =
                member.map_or(Value::Null, |member| project(Self::member_view(member, false), CREATOR_FIELDS));
        }
        if reactions {
            view["reactions"] = action.get("_reactions").cloned().unwrap_or_else(|| json!([]));
        }
        view
    }

    /// A member; what only they may see themselves is left out for others.
    pub(super) fn member_view(member: &Value, own: bool) -> Value {
        let mut view = public(member);
        if !own && let Value::Object(fields) = &mut view {
            for private in ["email", "prefs", "loginTypes", "idEnterprisesAdmin", "idPremOrgsAdmin"] {
                fields.remove(private);
            }
        }
        view
    }

    /// The memberships of a board or workspace.
    pub(super) fn memberships(&self, place: &str, with_member: bool) -> Vec<Value> {
        let show = |membership: &Value| {
            let mut view = public(membership);
            if with_member && let Some(member) = self.world.get(MEMBER, text(membership, "idMember")) {
                view["member"] = Self::member_view(member, false);
            }
            view
        };
        self.world.of(place, MEMBERSHIP).map(show).collect()
    }

    /// The members of a board or workspace.
    pub(super) fn members(&self, place: &str) -> Vec<Value> {
        let memberships = self.world.of(place, MEMBERSHIP);
        let ids = memberships.map(|membership| text(membership, "idMember"));
        ids.filter_map(|id| self.world.get(MEMBER, id)).map(|m| Self::member_view(m, false)).collect()
    }

    pub(super) fn organization_view(&self, organization: &Value) -> Value {
        let id = text(organization, "id");
        let mut view = public(organization);
        view["idBoards"] = self.world.ids_of(id, BOARD).into();
        view["url"] = format!("https://trello.com/w/{}", text(organization, "name")).into();
        view["memberships"] = self.memberships(id, false).into();
        view["membersCount"] = self.world.count_of(id, MEMBERSHIP).into();
        let boards = self.world.of(id, BOARD).filter(|board| board["closed"] != true).count();
        let most = organization["_freeBoards"].as_u64().and_then(|n| usize::try_from(n).ok());
        if let Some(most) = most {
            view["limits"]["orgs"]["freeBoardsPerOrg"] = limit(boards, most);
        }
        view
    }

    /// All entities, for comparing worlds: what is stored, and hashes in place of bytes.
    pub(super) fn to_json(&self) -> Map<String, Value> {
        let mut all = self.world.to_json();
        let hash = |blob: &Blob| json!(blake3::hash(&blob.bytes()).to_hex().to_string());
        all.insert("bytes".to_owned(), self.blobs.iter().map(|(id, blob)| (id.clone(), hash(blob))).collect());
        all
    }
}
