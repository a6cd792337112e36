//! A disaster: one administrator wrecks the busiest board.

use serde_json::json;

use super::People;
use crate::platforms::trello::sim::access::Access;
use crate::platforms::trello::sim::state::{
    ACTION, ATTACHMENT, BOARD, CARD, CHECKLIST, CUSTOM_FIELD, LABEL, LIST, items, lists,
};
use crate::sim::world::text;

impl People<'_> {
    pub(super) fn disaster(&mut self) {
        let Some(board) = self.busiest_board() else { return };
        let Some(culprit) = self.somebody(&board, Access::Admin) else { return };
        self.overwrite_due_dates(&board, &culprit);
        self.delete_label(&board, &culprit);
        self.delete_option(&board, &culprit);
        self.delete_checklist(&board, &culprit);
        self.delete_attachment(&board, &culprit);
        self.delete_cards(&board, &culprit);
        self.rename(&board, &culprit);
        self.archive_list(&board, &culprit);
        self.remove_member(&board, &culprit);
    }

    fn overwrite_due_dates(&mut self, board: &str, culprit: &str) {
        let cards = self.open(board, CARD);
        let cards: Vec<String> = cards.into_iter().step_by(2).take(200).collect();
        for card in &cards {
            self.edit_card(culprit, card, json!({"due": "2030-04-01T00:00:00.000Z", "dueComplete": false}));
        }
        let (who, board) = (self.first_name(culprit), self.name(BOARD, board));
        self.tell(format!("{who} set the due date of {} cards on {board} to 2030-04-01.", cards.len()));
    }

    /// Cards with the most to lose go first.
    fn delete_cards(&mut self, board: &str, culprit: &str) {
        let mut cards = self.open(board, CARD);
        let value =
            |card: &String| self.state.world.count_of(card, ATTACHMENT) + self.state.world.count_of(card, ACTION);
        cards.sort_by_key(|card| std::cmp::Reverse(value(card)));
        cards.truncate((cards.len() / 20).max(2));
        for card in cards {
            let (files, comments) =
                (self.state.world.count_of(&card, ATTACHMENT), self.state.world.count_of(&card, ACTION));
            let (who, name) = (self.first_name(culprit), self.name(CARD, &card));
            if self.delete(culprit, &format!("/cards/{card}")) {
                self.tell(format!(
                    "{who} deleted the card \"{name}\" ({files} attachments, {comments} comments and changes)."
                ));
            }
        }
    }

    fn rename(&mut self, board: &str, culprit: &str) {
        let who = self.first_name(culprit);
        let (lists, cards) = (self.open(board, LIST), self.open(board, CARD));
        if let Some(list) = self.pick(&lists) {
            let old = self.name(LIST, &list);
            self.ask(culprit, "PUT", &format!("/lists/{list}"), json!({"name": "asdf"}));
            self.tell(format!("{who} renamed the list {old} to asdf."));
        }
        if let Some(card) = self.pick(&cards) {
            let old = self.name(CARD, &card);
            self.edit_card(culprit, &card, json!({"name": "???", "desc": ""}));
            self.tell(format!("{who} renamed the card \"{old}\" to \"???\" and emptied its description."));
        }
    }

    fn delete_label(&mut self, board: &str, culprit: &str) {
        let used = |label: &str| self.state.world.of(board, CARD).filter(|card| lists(card, "idLabels", label)).count();
        let labels = self.state.world.ids_of(board, LABEL);
        let Some((cards, label)) = labels.into_iter().map(|label| (used(&label), label)).max() else { return };
        let (who, name) = (self.first_name(culprit), self.name(LABEL, &label));
        if self.delete(culprit, &format!("/labels/{label}")) {
            self.tell(format!("{who} deleted the label \"{name}\" (on {cards} cards)."));
        }
    }

    fn delete_option(&mut self, board: &str, culprit: &str) {
        let mut fields = self.state.world.of(board, CUSTOM_FIELD);
        let found = fields.find_map(|field| Some((field["id"].clone(), items(field, "options").first()?.clone())));
        drop(fields);
        let Some((field, option)) = found else { return };
        let path = format!("/customFields/{}/options/{}", field.as_str().unwrap_or_default(), text(&option, "id"));
        let (who, name) = (self.first_name(culprit), text(&option["value"], "text").to_owned());
        if self.delete(culprit, &path) {
            self.tell(format!("{who} deleted the option \"{name}\" of a custom field."));
        }
    }

    fn delete_checklist(&mut self, board: &str, culprit: &str) {
        let checklists = self.state.world.ids_of(board, CHECKLIST);
        let Some(checklist) = self.pick(&checklists) else { return };
        let (who, name) = (self.first_name(culprit), self.name(CHECKLIST, &checklist));
        if self.delete(culprit, &format!("/checklists/{checklist}")) {
            self.tell(format!("{who} deleted the checklist \"{name}\"."));
        }
    }

    fn delete_attachment(&mut self, board: &str, culprit: &str) {
        let attachments = self.state.world.ids_of(board, ATTACHMENT);
        let Some(attachment) = self.pick(&attachments) else { return };
        let card = self.state.world.get(ATTACHMENT, &attachment).map(|a| text(a, "_card").to_owned());
        let card = card.unwrap_or_default();
        let (who, name) = (self.first_name(culprit), self.name(ATTACHMENT, &attachment));
        if self.delete(culprit, &format!("/cards/{card}/attachments/{attachment}")) {
            let card = self.name(CARD, &card);
            self.tell(format!("{who} deleted the attachment {name} of \"{card}\"."));
        }
    }

    fn archive_list(&mut self, board: &str, culprit: &str) {
        let lists = self.open(board, LIST);
        let Some(list) = self.pick(&lists) else { return };
        self.ask(culprit, "PUT", &format!("/lists/{list}"), json!({"closed": true}));
        let (who, list) = (self.first_name(culprit), self.name(LIST, &list));
        self.tell(format!("{who} archived the list {list}."));
    }

    fn remove_member(&mut self, board: &str, culprit: &str) {
        let members = self.state.members(board);
        let normal = |id: &str| matches!(self.state.role(board, id), Some("normal" | "observer"));
        let other = members.iter().map(|member| text(member, "id")).find(|id| normal(id));
        let Some(member) = other.map(str::to_owned) else { return };
        if self.delete(culprit, &format!("/boards/{board}/members/{member}")) {
            let (who, whom) = (self.first_name(culprit), self.first_name(&member));
            let board = self.name(BOARD, board);
            self.tell(format!("{who} removed {whom} from {board}."));
        }
    }
}
