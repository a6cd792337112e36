//! A day's work: the ordinary changes of a few people.

use serde_json::json;

use super::People;
use crate::platforms::trello::sim::access::Access;
use crate::platforms::trello::sim::state::{BOARD, CARD, CHECKLIST, LIST, items};
use crate::sim::world::text;

/// One change for so many cards.
const CARDS_PER_CHANGE: usize = 50;
/// Changes in the smallest world.
const LEAST_CHANGES: usize = 6;

impl People<'_> {
    pub(super) fn days_work(&mut self) {
        let cards = self.state.world.all(CARD).count();
        let changes = (cards / CARDS_PER_CHANGE).max(LEAST_CHANGES);
        let boards = self.boards();
        for change in 0..changes {
            let Some(board) = self.pick(&boards) else { return };
            let cards = self.open(&board, CARD);
            let (Some(card), Some(member)) = (self.pick(&cards), self.somebody(&board, Access::Edit)) else {
                continue;
            };
            match change % 6 {
                0 => self.write_new_card(&board, &member),
                1 => self.comment_on(&card, &member),
                2 => self.move_on(&board, &card, &member),
                3 => self.check_item_off(&board, &card, &member),
                4 => self.attach_file(&card, &member),
                _ => self.plan(&card, &member),
            }
        }
    }

    fn write_new_card(&mut self, board: &str, member: &str) {
        let lists = self.open(board, LIST);
        let Some(list) = self.pick(&lists) else { return };
        let name = format!("Follow-up {}", self.random.u16(100..1_000));
        self.ask(member, "POST", "/cards", json!({"idList": list, "name": name, "desc": "From today's meeting."}));
        let (who, list, board) = (self.first_name(member), self.name(LIST, &list), self.name(BOARD, board));
        self.tell(format!("{who} wrote the card \"{name}\" in {board} / {list}."));
    }

    fn comment_on(&mut self, card: &str, member: &str) {
        let words = format!("Talked about this, see minute {}.", self.random.u8(1..60));
        self.ask(member, "POST", &format!("/cards/{card}/actions/comments"), json!({"text": words}));
        let (who, card) = (self.first_name(member), self.name(CARD, card));
        self.tell(format!("{who} commented on \"{card}\"."));
    }

    fn move_on(&mut self, board: &str, card: &str, member: &str) {
        let lists = self.open(board, LIST);
        let Some(list) = self.pick(&lists) else { return };
        self.edit_card(member, card, json!({"idList": list, "pos": "top"}));
        let (who, card, list) = (self.first_name(member), self.name(CARD, card), self.name(LIST, &list));
        self.tell(format!("{who} moved \"{card}\" to the top of {list}."));
    }

    /// On the card by chance, or on any of the board that has something left to do.
    fn check_item_off(&mut self, board: &str, card: &str, member: &str) {
        let own = self.state.world.of(card, CHECKLIST).chain(self.state.world.of(board, CHECKLIST));
        let mut left = own.flat_map(|checklist| {
            let open = items(checklist, "checkItems").iter().filter(|item| item["state"] != "complete");
            open.map(|item| (text(checklist, "idCard").to_owned(), item.clone()))
        });
        let found = left.next();
        drop(left);
        let Some((card, item)) = found else { return self.comment_on(card, member) };
        let path = format!("/cards/{card}/checkItem/{}", text(&item, "id"));
        self.ask(member, "PUT", &path, json!({"state": "complete"}));
        let (who, card) = (self.first_name(member), self.name(CARD, &card));
        self.tell(format!("{who} ticked \"{}\" off on \"{card}\".", text(&item, "name")));
    }

    fn attach_file(&mut self, card: &str, member: &str) {
        let name = format!("notes-{}.bin", self.random.u16(..));
        self.upload(member, card, &name);
        let (who, card) = (self.first_name(member), self.name(CARD, card));
        self.tell(format!("{who} attached {name} to \"{card}\"."));
    }

    fn plan(&mut self, card: &str, member: &str) {
        let day = format!("2026-12-{:02}T15:00:00.000Z", self.random.u8(1..29));
        self.edit_card(member, card, json!({"due": day}));
        let (who, card) = (self.first_name(member), self.name(CARD, card));
        self.tell(format!("{who} set the due date of \"{card}\" to {}.", day.get(..10).unwrap_or_default()));
    }
}
