//! Reading boards: alone, with everything nested, and their parts one kind at a time.

use serde_json::{Value, json};

use super::access::Access;
use super::call::{Answer, Call};
use super::input;
use super::nested::CardParts;
use super::refusal::Refusal;
use super::state::{BOARD, BOARD_PLUGIN, CHECKLIST, CUSTOM_FIELD, LABEL, LIST, PLUGIN_DATA, State};
use super::views::{BOARD_FIELDS, project};
use crate::sim::world::Kind;

/// Labels when nobody says how many.
const LABELS_PAGE: usize = 50;

impl Call<'_> {
    pub(super) fn get_board(&mut self, id: &str) -> Answer {
        let id = self.state.board(self.caller, id, Access::View)?;
        let mut view = self.state.board_view(&id);
        view = project(view, &self.params.text("fields").unwrap_or_else(|| BOARD_FIELDS.to_owned()));
        self.nest_cards(&id, &mut view)?;
        self.nest_parts(&id, &mut view)?;
        if self.params.text("actions").is_some_and(|filter| filter != "none") {
            view["actions"] = self.state.page_of_actions(&id, self.params, true, "all")?;
        }
        Ok(view)
    }

    fn nest_cards(&mut self, id: &str, view: &mut Value) -> Result<(), Refusal> {
        let Some(filter) = self.params.text("cards").filter(|filter| filter != "none") else { return Ok(()) };
        let parts = CardParts::read(self.params, "card_")?;
        let cards = self.state.cards_of(id, &filter)?;
        if cards.len() > self.state.rules.cards_in_board {
            let message = "Too many cards requested. Page through the cards of the board instead.";
            return Err(Refusal::over_limit("API_TOO_MANY_CARDS_REQUESTED", message));
        }
        let cards = cards.into_iter().take(self.state.rules.nested_cards);
        view["cards"] = cards.map(|card| self.state.full_card(card, &parts)).collect();
        Ok(())
    }

    fn nest_parts(&mut self, id: &str, view: &mut Value) -> Result<(), Refusal> {
        let asked = |name: &str| self.params.text(name).filter(|w| !["none", "false"].contains(&w.as_str()));
        let fields = |name: &str| self.params.text(name).unwrap_or_else(|| "all".to_owned());
        let state = &*self.state;
        if let Some(filter) = asked("lists") {
            view["lists"] = lists_of(state, id, &filter, &fields("list_fields"))?;
        }
        if asked("labels").is_some() {
            let limit = input::limit(self.params, "labels_limit", LABELS_PAGE)?;
            let fields = fields("label_fields");
            let labels = state.world.of(id, LABEL).take(limit);
            view["labels"] = labels.map(|label| project(state.label_view(label), &fields)).collect();
        }
        if asked("checklists").is_some() {
            state.refuse_many_checklists([state.world.count_of(id, CHECKLIST)].into_iter())?;
            let (fields, item_fields) = (fields("checklist_fields"), fields("checkItem_fields"));
            let show = |checklist: &Value| {
                let mut view = project(State::plain(checklist), &fields);
                if let Some(items) = view.get_mut("checkItems").and_then(Value::as_array_mut) {
                    *items = items.drain(..).map(|item| project(item, &item_fields)).collect();
                }
                view
            };
            view["checklists"] = state.world.of(id, CHECKLIST).map(show).collect();
        }
        if asked("customFields").is_some() {
            view["customFields"] = state.world.of(id, CUSTOM_FIELD).map(State::plain).collect();
        }
        if asked("members").is_some() {
            let fields = fields("member_fields");
            view["members"] = state.members(id).into_iter().map(|m| project(m, &fields)).collect();
        }
        if asked("memberships").is_some() {
            let with_member = input::flag(self.params, "memberships_member")?.unwrap_or(false);
            view["memberships"] = state.memberships(id, with_member).into();
        }
        if asked("pluginData").is_some() {
            let own = state.world.of(id, PLUGIN_DATA).filter(|data| data["scope"] == "board");
            view["pluginData"] = own.map(State::plain).collect();
        }
        if asked("boardPlugins").is_some() {
            view["boardPlugins"] = state.world.of(id, BOARD_PLUGIN).map(State::plain).collect();
        }
        if asked("organization").is_some() {
            view["organization"] = state.world.get(BOARD, id).map_or(Value::Null, |b| state.workspace_of(b));
        }
        if asked("myPrefs").is_some() {
            view["myPrefs"] = json!({
                "showSidebar": true, "showSidebarMembers": true, "showSidebarBoardActions": true,
                "showSidebarActivity": true, "emailPosition": "bottom", "idEmailList": null,
            });
        }
        Ok(())
    }

    pub(super) fn get_board_lists(&mut self, id: &str, filter: Option<&str>) -> Answer {
        let id = self.state.board(self.caller, id, Access::View)?;
        let filter = filter.map(str::to_owned).or_else(|| self.params.text("filter"));
        let fields = self.params.text("fields").unwrap_or_else(|| "all".to_owned());
        lists_of(self.state, &id, filter.as_deref().unwrap_or("open"), &fields)
    }

    pub(super) fn get_board_cards(&mut self, id: &str, filter: Option<&str>) -> Answer {
        let id = self.state.board(self.caller, id, Access::View)?;
        let filter = filter.map(str::to_owned).or_else(|| self.params.text("filter"));
        let cards = self.state.cards_of(&id, filter.as_deref().unwrap_or("open"))?;
        self.state.page_of_cards(cards, self.params)
    }

    pub(super) fn get_board_labels(&mut self, id: &str) -> Answer {
        let id = self.state.board(self.caller, id, Access::View)?;
        let limit = input::limit(self.params, "limit", LABELS_PAGE)?;
        let fields = self.params.text("fields").unwrap_or_else(|| "all".to_owned());
        let labels = self.state.world.of(&id, LABEL).take(limit);
        Ok(labels.map(|label| project(self.state.label_view(label), &fields)).collect())
    }

    pub(super) fn get_board_custom_fields(&mut self, id: &str) -> Answer {
        self.all_of(id, CUSTOM_FIELD)
    }

    pub(super) fn get_board_checklists(&mut self, id: &str) -> Answer {
        let board = self.state.board(self.caller, id, Access::View)?;
        self.state.refuse_many_checklists([self.state.world.count_of(&board, CHECKLIST)].into_iter())?;
        self.params.text("checkItem_fields");
        self.params.text("checkItems");
        self.all_of(id, CHECKLIST)
    }

    pub(super) fn get_board_plugins(&mut self, id: &str) -> Answer {
        self.all_of(id, BOARD_PLUGIN)
    }

    pub(super) fn get_board_plugin_data(&mut self, id: &str) -> Answer {
        let id = self.state.board(self.caller, id, Access::View)?;
        let own = self.state.world.of(&id, PLUGIN_DATA).filter(|data| data["scope"] == "board");
        Ok(own.map(State::plain).collect())
    }

    fn all_of(&mut self, board: &str, kind: Kind) -> Answer {
        let id = self.state.board(self.caller, board, Access::View)?;
        let fields = self.params.text("fields").unwrap_or_else(|| "all".to_owned());
        Ok(self.state.world.of(&id, kind).map(|entity| project(State::plain(entity), &fields)).collect())
    }

    pub(super) fn get_board_actions(&mut self, id: &str) -> Answer {
        let id = self.state.board(self.caller, id, Access::View)?;
        self.state.page_of_actions(&id, self.params, false, "all")
    }
}

fn lists_of(state: &State, board: &str, filter: &str, fields: &str) -> Answer {
    let fits = |list: &&Value| match filter {
        "open" => list["closed"] != true,
        "closed" => list["closed"] == true,
        _ => filter != "none",
    };
    if !["all", "open", "closed", "none"].contains(&filter) {
        return Err(Refusal::invalid("filter"));
    }
    let mut lists: Vec<&Value> = state.world.of(board, LIST).filter(fits).collect();
    lists.sort_by(|a, b| a["pos"].as_f64().unwrap_or(0.0).total_cmp(&b["pos"].as_f64().unwrap_or(0.0)));
    Ok(lists.into_iter().map(|list| project(State::plain(list), fields)).collect())
}
