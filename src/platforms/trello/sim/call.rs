//! One call: who asks for what, and which function answers it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::access::Caller;
use super::refusal::Refusal;
use super::state::State;
use crate::sim::request::{Params, Upload};

/// An answer, or why there is none.
pub(super) type Answer = Result<Value, Refusal>;

/// A call that may be answered: the credential is good.
pub(super) struct Call<'a> {
    pub(super) state: &'a mut State,
    pub(super) caller: &'a Caller,
    pub(super) params: &'a Params,
    pub(super) file: Option<&'a Upload>,
}

impl Call<'_> {
    /// Answers. `path` comes without the version: `/boards/5f..`.
    pub(super) fn answer(&mut self, method: &str, path: &str) -> Answer {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match method {
            "GET" => self.get(&parts),
            // A token without the right to write is refused before anything is looked up.
            "POST" | "PUT" | "DELETE" if !self.caller.write => Err(Refusal::unauthorized()),
            "POST" => self.post(&parts),
            "PUT" => self.put(&parts),
            "DELETE" => self.delete(&parts),
            _ => Err(Refusal::no_path(method, path)),
        }
        .map_err(|refusal| if refusal == no_such_path() { Refusal::no_path(method, path) } else { refusal })
    }

    fn get(&mut self, parts: &[&str]) -> Answer {
        match *parts {
            ["members", id] => self.get_member(id),
            ["members", id, "boards"] => self.get_member_boards(id),
            ["members", id, "organizations"] => self.get_member_organizations(id),
            ["organizations", id] => self.get_organization(id),
            ["organizations", id, "boards"] => self.get_organization_boards(id),
            ["organizations", id, "memberships"] => self.get_organization_memberships(id),
            ["organizations", id, "members"] => self.get_organization_members(id),
            ["boards", id] => self.get_board(id),
            ["boards", id, "lists"] => self.get_board_lists(id, None),
            ["boards", id, "lists", filter] => self.get_board_lists(id, Some(filter)),
            ["boards", id, "cards"] => self.get_board_cards(id, None),
            ["boards", id, "cards", filter] => self.get_board_cards(id, Some(filter)),
            ["boards", id, "labels"] => self.get_board_labels(id),
            ["boards", id, "customFields"] => self.get_board_custom_fields(id),
            ["boards", id, "checklists"] => self.get_board_checklists(id),
            ["boards", id, "members"] => self.get_board_members(id),
            ["boards", id, "memberships"] => self.get_board_memberships(id),
            ["boards", id, "actions"] => self.get_board_actions(id),
            ["boards", id, "boardPlugins" | "plugins"] => self.get_board_plugins(id),
            ["boards", id, "pluginData"] => self.get_board_plugin_data(id),
            ["lists", id] => self.get_list(id),
            ["lists", id, "cards"] => self.get_list_cards(id),
            ["labels", id] => self.get_label(id),
            ["customFields", id] => self.get_custom_field(id),
            ["customFields", id, "options"] => self.get_custom_field_options(id),
            ["cards", id] => self.get_card(id),
            ["cards", id, "actions"] => self.get_card_actions(id),
            ["cards", id, "attachments"] => self.get_card_attachments(id),
            ["cards", id, "attachments", attachment] => self.get_card_attachment(id, attachment),
            ["cards", id, part @ ("checklists" | "customFieldItems" | "stickers" | "members" | "membersVoted"
            | "pluginData")] => self.get_card_part(id, part),
            ["checklists", id] => self.get_checklist(id),
            ["checklists", id, "checkItems"] => self.get_check_items(id),
            ["actions", id] => self.get_action(id),
            ["actions", id, "reactions"] => self.get_reactions(id),
            ["batch"] => self.batch(),
            _ => Err(no_such_path()),
        }
    }

    fn post(&mut self, parts: &[&str]) -> Answer {
        match *parts {
            ["organizations"] => self.post_organization(),
            ["boards"] => self.post_board(),
            ["boards", id, "lists"] => self.post_list(Some(id)),
            ["boards", id, "labels"] => self.post_label(Some(id)),
            ["boards", id, "boardPlugins"] => self.post_board_plugin(id),
            ["lists"] => self.post_list(None),
            ["labels"] => self.post_label(None),
            ["customFields"] => self.post_custom_field(),
            ["customFields", id, "options"] => self.post_custom_field_option(id),
            ["cards"] => self.post_card(),
            ["cards", id, "checklists"] => self.post_checklist(Some(id)),
            ["cards", id, "attachments"] => self.post_attachment(id),
            ["cards", id, "actions", "comments"] => self.post_comment(id),
            ["cards", id, "stickers"] => self.post_sticker(id),
            ["cards", id, "membersVoted"] => self.post_vote(id),
            ["cards", id, "idMembers"] => self.post_card_id(id, "idMembers"),
            ["cards", id, "idLabels"] => self.post_card_id(id, "idLabels"),
            ["checklists"] => self.post_checklist(None),
            ["checklists", id, "checkItems"] => self.post_check_item(id),
            ["actions", id, "reactions"] => self.post_reaction(id),
            _ => Err(no_such_path()),
        }
    }

    fn put(&mut self, parts: &[&str]) -> Answer {
        match *parts {
            ["organizations", id] => self.put_organization(id),
            ["organizations", id, "members"] => self.put_organization_member(id, None),
            ["organizations", id, "members", member] => self.put_organization_member(id, Some(member)),
            ["boards", id] => self.put_board(id),
            ["boards", id, "members"] => self.put_board_member(id, None),
            ["boards", id, "members", member] => self.put_board_member(id, Some(member)),
            ["boards", id, "memberships", membership] => self.put_board_membership(id, membership),
            ["lists", id] => self.put_list(id),
            ["labels", id] => self.put_label(id),
            ["customFields", id] => self.put_custom_field(id),
            ["cards", id] => self.put_card(id),
            ["cards" | "card", id, "customField", field, "item"] => self.put_card_custom_field(id, field),
            ["cards", id, "customFields"] => self.put_card_custom_fields(id),
            ["cards", id, "checkItem", item] | ["cards", id, "checklist", _, "checkItem", item] => {
                self.put_check_item(id, item)
            }
            ["cards", id, "actions", action, "comments"] => {
                self.state.card(self.caller, id, super::access::Access::View)?;
                self.put_comment(action)
            }
            ["cards", id, "stickers", sticker] => self.put_sticker(id, sticker),
            ["checklists", id] => self.put_checklist(id),
            ["actions", id] | ["actions", id, "text"] => self.put_comment(id),
            [kind @ ("boards" | "lists" | "labels" | "cards" | "checklists"), id, field] => {
                self.put_field(kind, id, field)
            }
            _ => Err(no_such_path()),
        }
    }

    /// One field through a path of its own, where the parameter is called `value`.
    fn put_field(&mut self, kind: &str, id: &str, field: &str) -> Answer {
        let value = self.params.raw("value").cloned().ok_or_else(|| Refusal::invalid("value"))?;
        let params = Params::from_json([(field.to_owned(), value)].into_iter().collect());
        let mut call = Call { state: self.state, caller: self.caller, params: &params, file: None };
        let answer = call.put(&[kind, id])?;
        // A field that nothing reads is no field.
        if params.unknown().is_empty() { Ok(answer) } else { Err(no_such_path()) }
    }

    fn delete(&mut self, parts: &[&str]) -> Answer {
        match *parts {
            ["organizations", id] => self.delete_organization(id),
            ["organizations", id, "members", member] => self.delete_organization_member(id, member, false),
            ["organizations", id, "members", member, "all"] => self.delete_organization_member(id, member, true),
            ["boards", id] => self.delete_board(id),
            ["boards", id, "members", member] => self.delete_board_member(id, member),
            ["labels", id] => self.delete_label(id),
            ["customFields", id] => self.delete_custom_field(id),
            ["customFields", id, "options", option] => self.delete_custom_field_option(id, option),
            ["cards", id] => self.delete_card(id),
            ["cards", id, "attachments", attachment] => self.delete_attachment(id, attachment),
            ["cards", id, "checkItem", item] => self.delete_check_item(id, item),
            ["cards", id, "checklists", checklist] => {
                self.state.card(self.caller, id, super::access::Access::Edit)?;
                self.delete_checklist(checklist)
            }
            ["cards", id, "stickers", sticker] => self.delete_sticker(id, sticker),
            ["cards", id, "membersVoted", member] => self.delete_vote(id, member),
            ["cards", id, "idMembers", member] => self.delete_card_id(id, "idMembers", member),
            ["cards", id, "idLabels", label] => self.delete_card_id(id, "idLabels", label),
            ["cards", id, "actions", action, "comments"] => {
                self.state.card(self.caller, id, super::access::Access::View)?;
                self.delete_comment(action)
            }
            ["checklists", id] => self.delete_checklist(id),
            ["checklists", id, "checkItems", item] => self.delete_item_of(id, item),
            ["actions", id] => self.delete_comment(id),
            _ => Err(no_such_path()),
        }
    }

    /// Up to ten GETs in one. Commas inside a route come encoded twice, so that splitting is safe.
    fn batch(&mut self) -> Answer {
        let urls = self.params.text("urls").ok_or_else(|| Refusal::invalid("urls"))?;
        let routes: Vec<&str> = urls.split(',').collect();
        if routes.len() > 10 || routes.iter().any(|route| !route.starts_with('/') || route.starts_with("/1/")) {
            return Err(Refusal::invalid("urls"));
        }
        let mut answers = Vec::new();
        for route in routes {
            let (path, query) = route.split_once('?').unwrap_or((route, ""));
            let params = Params::from_query(query);
            let mut call = Call { state: self.state, caller: self.caller, params: &params, file: None };
            let answer = if path == "/batch" { Err(Refusal::invalid("urls")) } else { call.answer("GET", path) };
            answers.push(answer.map_or_else(|refusal| refusal.in_batch(), |body| json!({"200": body})));
        }
        Ok(answers.into())
    }

    /// Sets stored fields.
    pub(super) fn set(entity: &mut Value, changes: BTreeMap<&str, Value>) {
        for (field, value) in changes {
            entity[field] = value;
        }
    }

    /// What Trello answers to a deletion.
    pub(super) fn gone() -> Value {
        json!({"_value": null, "limits": {}})
    }
}

fn no_such_path() -> Refusal {
    Refusal::no_path("", "")
}
