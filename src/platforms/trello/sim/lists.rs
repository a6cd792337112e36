//! Lists and labels.

use serde_json::{Value, json};

use super::access::Access;
use super::call::{Answer, Call};
use super::input;
use super::refusal::Refusal;
use super::state::{CARD, LABEL, LIST, State, lists, take_out};
use crate::sim::world::{Kind, text};

impl State {
    /// Adds a list.
    pub(super) fn new_list(&mut self, board: &str, name: &str, pos: &Value) -> String {
        let id = self.new_id();
        let list = json!({
            "id": id, "name": name, "closed": false, "pos": pos, "softLimit": null, "idBoard": board,
            "subscribed": false, "color": null, "type": null, "datasource": {"filter": false},
        });
        self.world.insert(LIST, &[board], list);
        id
    }

    /// Adds a label.
    pub(super) fn new_label(&mut self, board: &str, name: &str, colour: &Value) -> String {
        let id = self.new_id();
        self.world.insert(LABEL, &[board], json!({"id": id, "idBoard": board, "name": name, "color": colour}));
        id
    }

    /// The positions of what belongs to `parent`.
    pub(super) fn positions(&self, parent: &str, kind: Kind) -> impl Iterator<Item = f64> {
        self.world.of(parent, kind).filter_map(|entity| entity["pos"].as_f64())
    }
}

impl Call<'_> {
    pub(super) fn get_list(&mut self, id: &str) -> Answer {
        let list = self.state.part(self.caller, LIST, id, Access::View)?;
        let fields = self.params.text("fields").unwrap_or_else(|| "all".to_owned());
        Ok(super::views::project(State::plain(list), &fields))
    }

    pub(super) fn get_list_cards(&mut self, id: &str) -> Answer {
        let list = self.state.part(self.caller, LIST, id, Access::View)?;
        let (board, list) = (text(list, "idBoard").to_owned(), text(list, "id").to_owned());
        let filter = self.params.text("filter").unwrap_or_else(|| "open".to_owned());
        let mut cards = self.state.cards_of(&board, &filter)?;
        cards.retain(|card| text(card, "idList") == list);
        self.state.page_of_cards(cards, self.params)
    }

    pub(super) fn post_list(&mut self, board: Option<&str>) -> Answer {
        let board = match board {
            Some(board) => board.to_owned(),
            None => input::required(self.params, "idBoard")?,
        };
        let board = self.state.board(self.caller, &board, Access::Edit)?;
        let name = input::required(self.params, "name")?;
        let pos = input::pos(self.params, self.state.positions(&board, LIST))?;
        let pos = pos.unwrap_or_else(|| {
            // Without a position a new list comes first.
            let first = self.state.positions(&board, LIST).fold(f64::INFINITY, f64::min);
            if first.is_finite() { input::number_json(first / 2.0) } else { json!(16_384) }
        });
        let id = self.state.new_list(&board, &name, &pos);
        self.state.touch_board(&board);
        self.state.note(&self.caller.member, "createList", &board, None, json!({"list": {"id": id, "name": name}}));
        self.list_view(&id)
    }

    pub(super) fn put_list(&mut self, id: &str) -> Answer {
        let list = self.state.part(self.caller, LIST, id, Access::Edit)?;
        let (id, board) = (text(list, "id").to_owned(), text(list, "idBoard").to_owned());
        let name = input::text(self.params, "name")?;
        if name.as_ref().is_some_and(|name| name.trim().is_empty()) {
            return Err(Refusal::invalid("name"));
        }
        let pos = input::pos(self.params, self.state.positions(&board, LIST))?;
        let closed = input::flag(self.params, "closed")?;
        input::flag(self.params, "subscribed")?;
        let target = match self.params.text("idBoard").filter(|target| *target != board) {
            Some(target) => Some(self.state.board(self.caller, &target, Access::Edit)?),
            None => None,
        };
        let touched = name.is_some() || closed.is_some() || target.is_some();
        let list = self.state.world.edit(LIST, &id).ok_or_else(Refusal::not_found)?;
        for (field, value) in [("name", name.map(Value::from)), ("closed", closed.map(Value::from)), ("pos", pos)] {
            if let Some(value) = value {
                list[field] = value;
            }
        }
        if touched {
            self.state.touch_board(&board);
            let data = json!({"list": {"id": id}});
            self.state.note(&self.caller.member, "updateList", &board, None, data);
        }
        if let Some(target) = target {
            self.move_list(&id, &board, &target);
        }
        self.list_view(&id)
    }

    fn move_list(&mut self, list: &str, from: &str, to: &str) {
        if let Some(list) = self.state.world.edit(LIST, list) {
            list["idBoard"] = to.into();
        }
        self.state.world.move_to(LIST, list, &[to]);
        let cards = self.state.world.of(from, CARD).filter(|card| text(card, "idList") == list);
        let cards: Vec<String> = cards.map(|card| text(card, "id").to_owned()).collect();
        for card in cards {
            self.state.move_card(&card, to, list);
        }
        self.state.touch_board(to);
    }

    fn list_view(&self, id: &str) -> Answer {
        Ok(State::plain(self.state.world.get(LIST, id).ok_or_else(Refusal::not_found)?))
    }

    pub(super) fn get_label(&mut self, id: &str) -> Answer {
        let label = self.state.part(self.caller, LABEL, id, Access::View)?;
        let fields = self.params.text("fields").unwrap_or_else(|| "all".to_owned());
        Ok(super::views::project(self.state.label_view(label), &fields))
    }

    /// Labels do not count as activity on the board.
    pub(super) fn post_label(&mut self, board: Option<&str>) -> Answer {
        let board = match board {
            Some(board) => board.to_owned(),
            None => input::required(self.params, "idBoard")?,
        };
        let board = self.state.board(self.caller, &board, Access::Edit)?;
        let name = input::text(self.params, "name")?.ok_or_else(|| Refusal::invalid("name"))?;
        let colour = input::colour(self.params, "color")?.ok_or_else(|| Refusal::invalid("color"))?;
        if self.state.world.count_of(&board, LABEL) >= 1_000 {
            return Err(Refusal::over_limit("LABELS_PER_BOARD", "Label limit exceeded"));
        }
        let id = self.state.new_label(&board, &name, &colour);
        self.label_answer(&id)
    }

    pub(super) fn put_label(&mut self, id: &str) -> Answer {
        let id = text(self.state.part(self.caller, LABEL, id, Access::Edit)?, "id").to_owned();
        let (name, colour) = (input::text(self.params, "name")?, input::colour(self.params, "color")?);
        let label = self.state.world.edit(LABEL, &id).ok_or_else(Refusal::not_found)?;
        for (field, value) in [("name", name.map(Value::from)), ("color", colour)] {
            if let Some(value) = value {
                label[field] = value;
            }
        }
        self.label_answer(&id)
    }

    pub(super) fn delete_label(&mut self, id: &str) -> Answer {
        let label = self.state.part(self.caller, LABEL, id, Access::Edit)?;
        let (id, board) = (text(label, "id").to_owned(), text(label, "idBoard").to_owned());
        let cards = self.state.world.of(&board, CARD).filter(|card| lists(card, "idLabels", &id));
        let cards: Vec<String> = cards.map(|card| text(card, "id").to_owned()).collect();
        for card in cards {
            if let Some(card) = self.state.world.edit(CARD, &card) {
                take_out(card, "idLabels", |label| *label == id.as_str());
            }
        }
        self.state.world.remove(LABEL, &id);
        Ok(json!({"limits": {}}))
    }

    fn label_answer(&self, id: &str) -> Answer {
        Ok(self.state.label_view(self.state.world.get(LABEL, id).ok_or_else(Refusal::not_found)?))
    }
}
