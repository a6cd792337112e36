//! Random damage: many small changes of every kind, for tests that want surprises.

use serde_json::{Value, json};

use super::People;
use crate::platforms::trello::sim::access::Access;
use crate::platforms::trello::sim::input::COLOURS;
use crate::platforms::trello::sim::state::{
    ACTION, ATTACHMENT, BOARD, CARD, CHECKLIST, CUSTOM_FIELD, LABEL, LIST, items,
};
use crate::sim::world::{Kind, text};

/// Kinds of damage, as weights: what is drawn more often stands more often.
const KINDS: usize = 20;

impl People<'_> {
    /// Does `count` changes. Those that find nothing to change are told as well, so that counts agree.
    pub(super) fn random_damage(&mut self, count: usize) {
        for _ in 0..count {
            let boards = self.boards();
            let Some(board) = self.pick(&boards) else { return };
            let Some(member) = self.somebody(&board, Access::Admin) else { continue };
            let kind = self.random.usize(..KINDS);
            let done = if kind < 10 {
                self.damage_card(&board, &member, kind)
            } else {
                self.damage_board(&board, &member, kind)
            };
            let (who, board) = (self.first_name(&member), self.name(BOARD, &board));
            self.tell(done.map_or_else(
                || format!("{who} wanted to change something on {board} and found nothing."),
                |what| format!("{who} {what} on {board}."),
            ));
        }
    }

    fn damage_card(&mut self, board: &str, member: &str, kind: usize) -> Option<String> {
        let cards = self.state.world.ids_of(board, CARD);
        let card = self.pick(&cards)?;
        let n = self.random.u16(..);
        let path = format!("/cards/{card}");
        let (method, path, parameters, what) = match kind {
            0 => ("DELETE", path, json!({}), "deleted a card"),
            1 => ("PUT", path, json!({"name": format!("Card {n}")}), "renamed a card"),
            2 => ("PUT", path, json!({"desc": format!("Text {n} https://trello.com")}), "rewrote a description"),
            3 => ("PUT", path, self.some_dates(), "changed the dates of a card"),
            4 => ("PUT", path, json!({"closed": self.random.bool()}), "archived or sent back a card"),
            5 => {
                let lists = self.state.world.ids_of(board, LIST);
                ("PUT", path, json!({"idList": self.pick(&lists)?, "pos": f64::from(n) + 0.5}), "moved a card")
            }
            6 => {
                let labels = self.state.world.ids_of(board, LABEL);
                let labels: Vec<String> = self.pick(&labels).into_iter().collect();
                ("PUT", path, json!({"idLabels": labels}), "changed the labels of a card")
            }
            7 => {
                ("POST", format!("{path}/actions/comments"), json!({"text": format!("Comment {n}")}), "commented a card")
            }
            8 => {
                let colour = self.random.choice(COLOURS).copied()?;
                ("PUT", path, json!({"cover": {"color": colour}}), "changed the cover of a card")
            }
            _ => {
                self.upload(member, &card, &format!("damage-{n}.bin"));
                return Some("attached a file to a card".to_owned());
            }
        };
        let answer = self.ask(member, method, &path, parameters);
        (!answer.is_null()).then(|| what.to_owned())
    }

    fn damage_board(&mut self, board: &str, member: &str, kind: usize) -> Option<String> {
        let n = self.random.u16(..);
        let any = |people: &mut Self, kind: Kind| {
            let ids = people.state.world.ids_of(board, kind);
            people.pick(&ids)
        };
        let (method, path, parameters, what) = match kind {
            10 => {
                let lists = self.state.world.ids_of(board, LIST);
                let list = self.pick(&lists)?;
                let card = json!({"idList": list, "name": format!("New {n}"), "desc": "Made by damage."});
                ("POST", "/cards".to_owned(), card, "added a card")
            }
            11 => {
                let list = json!({"idBoard": board, "name": format!("List {n}"), "pos": "bottom"});
                ("POST", "/lists".to_owned(), list, "added a list")
            }
            12 => {
                let list = any(self, LIST)?;
                let change = json!({"name": format!("List {n}"), "closed": self.random.bool()});
                ("PUT", format!("/lists/{list}"), change, "changed a list")
            }
            13 => {
                let label = any(self, LABEL)?;
                if self.random.bool() {
                    ("DELETE", format!("/labels/{label}"), json!({}), "deleted a label")
                } else {
                    let colour = self.random.choice(COLOURS).copied()?;
                    let change = json!({"name": format!("Label {n}"), "color": colour});
                    ("PUT", format!("/labels/{label}"), change, "changed a label")
                }
            }
            14 => {
                let checklist = any(self, CHECKLIST)?;
                ("DELETE", format!("/checklists/{checklist}"), json!({}), "deleted a checklist")
            }
            15 => {
                let checklist = any(self, CHECKLIST)?;
                self.damage_check_item(&checklist)?
            }
            16 => {
                let attachment = any(self, ATTACHMENT)?;
                let card = self.state.world.get(ATTACHMENT, &attachment).map(|a| text(a, "_card").to_owned())?;
                ("DELETE", format!("/cards/{card}/attachments/{attachment}"), json!({}), "deleted an attachment")
            }
            17 => {
                let comments = self.state.world.of(board, ACTION).filter(|action| action["type"] == "commentCard");
                let comments: Vec<String> = comments.map(|comment| text(comment, "id").to_owned()).collect();
                ("DELETE", format!("/actions/{}", self.pick(&comments)?), json!({}), "deleted a comment")
            }
            18 => {
                let field = any(self, CUSTOM_FIELD)?;
                ("PUT", format!("/customFields/{field}"), json!({"name": format!("Field {n}")}), "renamed a custom field")
            }
            _ => {
                let change = json!({"desc": format!("Board {n}"), "prefs/selfJoin": self.random.bool()});
                ("PUT", format!("/boards/{board}"), change, "changed the board")
            }
        };
        let answer = self.ask(member, method, &path, parameters);
        (!answer.is_null()).then(|| what.to_owned())
    }

    fn damage_check_item(&mut self, checklist: &str) -> Option<(&'static str, String, Value, &'static str)> {
        let checklist = self.state.world.get(CHECKLIST, checklist)?;
        let card = text(checklist, "idCard").to_owned();
        let ids: Vec<String> =
            items(checklist, "checkItems").iter().map(|item| text(item, "id").to_owned()).collect();
        let path = format!("/cards/{card}/checkItem/{}", self.pick(&ids)?);
        if self.random.bool() {
            return Some(("DELETE", path, json!({}), "deleted a check item"));
        }
        let state = if self.random.bool() { "complete" } else { "incomplete" };
        Some(("PUT", path, json!({"state": state, "name": format!("Item {}", self.random.u16(..))}), "changed a check item"))
    }

    fn some_dates(&mut self) -> Value {
        let due = format!("2027-{:02}-10T08:00:00.000Z", self.random.u8(1..13));
        if self.random.bool() { json!({"due": due}) } else { json!({"due": null, "start": due}) }
    }
}
