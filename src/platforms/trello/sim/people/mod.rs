//! What the people in the sandbox do. They act through the API, as its members.

mod damage;
mod days_work;
mod disaster;

use serde_json::{Value, json};

use super::access::{Access, Caller};
use crate::sim::blob::Blob;
use super::call::Call;
use super::state::{BOARD, CARD, MEMBERSHIP, State};
use crate::sim::engine::PeopleOrder;
use crate::sim::request::Params;
use crate::sim::world::{Kind, text};

/// Lets the people act; gives a sentence for each thing they did.
pub(super) fn act(state: &mut State, order: &PeopleOrder) -> Result<Vec<String>, String> {
    let mut people = People { state, random: fastrand::Rng::with_seed(order.seed), told: Vec::new() };
    match order.what.as_str() {
        "days-work" => people.days_work(),
        "disaster" => people.disaster(),
        "random-damage" => people.random_damage(order.count),
        other => return Err(format!("they know days-work, disaster and random-damage, not `{other}`")),
    }
    Ok(people.told)
}

struct People<'a> {
    state: &'a mut State,
    random: fastrand::Rng,
    told: Vec<String>,
}

impl People<'_> {
    /// Carries out a request as a member; null when the member may not.
    fn ask(&mut self, member: &str, method: &str, path: &str, parameters: Value) -> Value {
        let caller = Caller { member: member.to_owned(), write: true };
        let params = Params::from_json(parameters);
        let mut call = Call { state: self.state, caller: &caller, params: &params, file: None };
        call.answer(method, path).unwrap_or_default()
    }

    /// Attaches a small file and gives its id.
    fn upload(&mut self, member: &str, card: &str, name: &str) -> String {
        let blob = Blob::Grown { seed: self.random.u64(..), len: self.random.usize(1..9_000) };
        let id = self.state.new_upload(member, card, (name, name), "application/octet-stream", blob);
        self.state.touch_card(card);
        id
    }

    fn tell(&mut self, sentence: String) {
        self.told.push(sentence);
    }

    /// One of these, by chance.
    fn pick(&mut self, ids: &[String]) -> Option<String> {
        ids.get(self.random.usize(..ids.len().max(1))).cloned()
    }

    fn name(&self, kind: Kind, id: &str) -> String {
        let name = self.state.world.get(kind, id).map(|entity| text(entity, "name")).unwrap_or_default();
        name.chars().take(40).collect()
    }

    fn first_name(&self, member: &str) -> String {
        let member = self.state.member(member).map(|member| text(member, "fullName")).unwrap_or_default();
        member.split(' ').next().unwrap_or_default().to_owned()
    }

    /// The boards that are open.
    fn boards(&self) -> Vec<String> {
        let open = self.state.world.all(BOARD).filter(|board| board["closed"] != true);
        open.map(|board| text(board, "id").to_owned()).collect()
    }

    /// What belongs to a board or card and is not archived.
    fn open(&self, parent: &str, kind: Kind) -> Vec<String> {
        let open = self.state.world.of(parent, kind).filter(|entity| entity["closed"] != true);
        open.map(|entity| text(entity, "id").to_owned()).collect()
    }

    /// Somebody who may change the board's content, by chance; or its administrator.
    fn somebody(&mut self, board: &str, least: Access) -> Option<String> {
        let entity = self.state.world.get(BOARD, board)?;
        let members = self.state.world.of(board, MEMBERSHIP).map(|membership| text(membership, "idMember"));
        let able = members.filter(|member| self.state.access(entity, member) >= least);
        let able: Vec<String> = able.map(str::to_owned).collect();
        self.pick(&able)
    }

    /// The open board with the most cards.
    fn busiest_board(&self) -> Option<String> {
        self.boards().into_iter().max_by_key(|board| self.state.world.count_of(board, CARD))
    }

    fn edit_card(&mut self, member: &str, card: &str, parameters: Value) {
        self.ask(member, "PUT", &format!("/cards/{card}"), parameters);
    }

    fn delete(&mut self, member: &str, path: &str) -> bool {
        !self.ask(member, "DELETE", path, json!({})).is_null()
    }
}
