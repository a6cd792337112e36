//! Actions: comments, which can be written, and history, which cannot.

use serde_json::{Value, json};

use super::access::Access;
use super::call::{Answer, Call};
use super::input;
use super::refusal::Refusal;
use super::state::{ACTION, BOARD, CARD, MEMBER, State, items, put_in};
use crate::sim::world::text;

impl State {
    /// Adds a comment.
    pub(super) fn new_comment(&mut self, by: &str, card: &str, comment: &str) -> String {
        let board = self.world.get(CARD, card).map(|card| text(card, "idBoard").to_owned()).unwrap_or_default();
        let data = json!({"text": comment, "textData": {"emoji": {}}});
        let id = self.act(by, "commentCard", &board, Some(card), data);
        self.touch_card(card);
        id
    }
}

impl Call<'_> {
    pub(super) fn get_card_actions(&mut self, card: &str) -> Answer {
        let card = self.state.card(self.caller, card, Access::View)?;
        self.state.page_of_actions(&card, self.params, false, "commentCard,updateCard:idList")
    }

    pub(super) fn get_action(&mut self, id: &str) -> Answer {
        let id = self.seen_action(id)?;
        self.action_answer(&id)
    }

    pub(super) fn post_comment(&mut self, card: &str) -> Answer {
        let card = self.state.card(self.caller, card, Access::View)?;
        self.circle(&card, "comments")?;
        let comment = input::required(self.params, "text")?;
        let id = self.state.new_comment(&self.caller.member, &card, &comment);
        self.action_answer(&id)
    }

    /// Only the author may change a comment, also through the administrator's eyes.
    pub(super) fn put_comment(&mut self, id: &str) -> Answer {
        let id = self.seen_action(id)?;
        let value = if self.params.raw("value").is_some() { "value" } else { "text" };
        let comment = input::required(self.params, value)?;
        let now = self.state.date();
        let action = self.state.world.edit(ACTION, &id).ok_or_else(Refusal::not_found)?;
        if text(action, "idMemberCreator") != self.caller.member || action["type"] != "commentCard" {
            return Err(Refusal::unauthorized());
        }
        action["data"]["text"] = comment.into();
        action["data"]["dateLastEdited"] = now.into();
        let card = text(&action["data"]["card"], "id").to_owned();
        self.state.touch_card(&card);
        self.action_answer(&id)
    }

    /// Comments may be deleted by their author and by administrators of the board; history by nobody.
    pub(super) fn delete_comment(&mut self, id: &str) -> Answer {
        let id = self.seen_action(id)?;
        let action = self.state.world.get(ACTION, &id).ok_or_else(Refusal::not_found)?;
        let (board, card) = (text(&action["data"]["board"], "id"), text(&action["data"]["card"], "id").to_owned());
        let own = text(action, "idMemberCreator") == self.caller.member;
        if !text(action, "type").ends_with("ommentCard")
            || !(own || self.state.board(self.caller, board, Access::Admin).is_ok())
        {
            return Err(Refusal::unauthorized());
        }
        self.state.world.remove(ACTION, &id);
        self.state.touch_card(&card);
        Ok(Self::gone())
    }

    pub(super) fn get_reactions(&mut self, id: &str) -> Answer {
        let id = self.seen_action(id)?;
        let action = self.state.world.get(ACTION, &id).ok_or_else(Refusal::not_found)?;
        Ok(items(action, "_reactions").to_vec().into())
    }

    pub(super) fn post_reaction(&mut self, id: &str) -> Answer {
        let id = self.seen_action(id)?;
        let short_name = input::required(self.params, "shortName")?;
        let (unified, native) =
            (input::text(self.params, "unified")?, input::text(self.params, "native")?);
        let reaction = json!({
            "id": self.state.new_id(), "idModel": id, "idMember": self.caller.member,
            "emoji": {"shortName": short_name, "unified": unified, "native": native},
        });
        let action = self.state.world.edit(ACTION, &id).ok_or_else(Refusal::not_found)?;
        put_in(action, "_reactions", reaction.clone());
        Ok(reaction)
    }

    /// Refuses callers whom a preference of the card's board does not include.
    pub(super) fn circle(&self, card: &str, preference: &str) -> Result<(), Refusal> {
        let board = self.state.world.get(CARD, card).and_then(|card| self.state.world.get(BOARD, text(card, "idBoard")));
        let board = board.ok_or_else(Refusal::not_found)?;
        let included = self.state.in_circle(board, preference, &self.caller.member);
        included.then_some(()).ok_or_else(Refusal::unauthorized)
    }

    fn seen_action(&self, id: &str) -> Result<String, Refusal> {
        let action = self.state.world.get(ACTION, id).ok_or_else(Refusal::not_found)?;
        self.state.board(self.caller, text(&action["data"]["board"], "id"), Access::View)?;
        Ok(id.to_owned())
    }

    fn action_answer(&self, id: &str) -> Answer {
        let action = self.state.world.get(ACTION, id).ok_or_else(Refusal::not_found)?;
        Ok(self.state.action_view(action, true, false))
    }

    pub(super) fn post_vote(&mut self, card: &str) -> Answer {
        let card = self.state.card(self.caller, card, Access::View)?;
        self.circle(&card, "voting")?;
        let member = input::required(self.params, "value")?;
        // Nobody votes for others.
        if member != self.caller.member {
            return Err(Refusal::unauthorized());
        }
        let entity = self.state.world.edit(CARD, &card).ok_or_else(Refusal::not_found)?;
        if super::state::lists(entity, "idMembersVoted", &member) {
            return Err(Refusal::wrong("member has already voted"));
        }
        put_in(entity, "idMembersVoted", member.into());
        self.changed(&card, "voteOnCard");
        self.voters(&card)
    }

    pub(super) fn delete_vote(&mut self, card: &str, member: &str) -> Answer {
        let card = self.state.card(self.caller, card, Access::View)?;
        if member != self.caller.member {
            return Err(Refusal::unauthorized());
        }
        let entity = self.state.world.edit(CARD, &card).ok_or_else(Refusal::not_found)?;
        super::state::take_out(entity, "idMembersVoted", |known| known == member);
        self.changed(&card, "voteOnCard");
        self.voters(&card)
    }

    fn voters(&self, card: &str) -> Answer {
        let card = self.state.world.get(CARD, card).ok_or_else(Refusal::not_found)?;
        let voters = items(card, "idMembersVoted").iter().filter_map(Value::as_str);
        let voters = voters.filter_map(|id| self.state.world.get(MEMBER, id));
        Ok(voters.map(|member| State::member_view(member, false)).collect())
    }
}
