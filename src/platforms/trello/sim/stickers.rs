//! Stickers.

use serde_json::{Value, json};

use super::access::Access;
use super::call::{Answer, Call};
use super::input;
use super::refusal::Refusal;
use super::state::{CARD, STICKER, State};
use crate::sim::world::text;

/// Where a sticker may be, in percent of the card; it may stick out a little.
const PLACE: std::ops::RangeInclusive<f64> = -60.0..=100.0;

impl State {
    /// Puts a sticker on a card.
    pub(super) fn new_sticker(&mut self, card: &str, image: &str, numbers: &Value) -> String {
        let id = self.new_id();
        let sticker = json!({
            "id": id, "image": image, "imageUrl": format!("https://trello.com/images/stickers/{image}.png"),
            "imageScaled": [], "top": numbers["top"], "left": numbers["left"], "zIndex": numbers["zIndex"],
            "rotate": numbers["rotate"],
        });
        let board = self.world.get(CARD, card).map(|card| text(card, "idBoard").to_owned()).unwrap_or_default();
        self.world.insert(STICKER, &[&board, card], sticker);
        id
    }
}

impl Call<'_> {
    pub(super) fn post_sticker(&mut self, card: &str) -> Answer {
        let card = self.state.card(self.caller, card, Access::Edit)?;
        let image = input::required(self.params, "image")?;
        if self.state.world.count_of(&card, STICKER) >= 70 {
            return Err(Refusal::over_limit("STICKERS_PER_CARD", "Sticker limit exceeded"));
        }
        let mut numbers = self.sticker_numbers()?;
        for required in ["top", "left", "zIndex"] {
            if numbers.get(required).is_none() {
                return Err(Refusal::invalid(required));
            }
        }
        if numbers.get("rotate").is_none() {
            numbers["rotate"] = json!(0);
        }
        let id = self.state.new_sticker(&card, &image, &numbers);
        self.changed(&card, "addStickerToCard");
        self.sticker_answer(&id)
    }

    pub(super) fn put_sticker(&mut self, card: &str, sticker: &str) -> Answer {
        let card = self.sticker_card(card, sticker)?;
        let numbers = self.sticker_numbers()?;
        if let (Some(entity), Some(numbers)) = (self.state.world.edit(STICKER, sticker), numbers.as_object()) {
            for (field, value) in numbers {
                entity[field.as_str()] = value.clone();
            }
        }
        self.changed(&card, "updateStickerOnCard");
        self.sticker_answer(sticker)
    }

    pub(super) fn delete_sticker(&mut self, card: &str, sticker: &str) -> Answer {
        let card = self.sticker_card(card, sticker)?;
        self.state.world.remove(STICKER, sticker);
        self.changed(&card, "removeStickerFromCard");
        Ok(json!({"stickers": []}))
    }

    fn sticker_numbers(&self) -> Result<Value, Refusal> {
        let mut numbers = json!({});
        for (field, allowed) in [("top", PLACE), ("left", PLACE), ("zIndex", 0.0..=1e9), ("rotate", 0.0..=359.0)] {
            if let Some(number) = input::number(self.params, field)? {
                if !allowed.contains(&number) {
                    return Err(Refusal::invalid(field));
                }
                numbers[field] = input::number_json(number);
            }
        }
        Ok(numbers)
    }

    fn sticker_card(&self, card: &str, sticker: &str) -> Result<String, Refusal> {
        let card = self.state.card(self.caller, card, Access::Edit)?;
        let found = self.state.world.ids_of(&card, STICKER).iter().any(|known| known == sticker);
        found.then_some(card).ok_or_else(Refusal::not_found)
    }

    fn sticker_answer(&self, id: &str) -> Answer {
        Ok(State::plain(self.state.world.get(STICKER, id).ok_or_else(Refusal::not_found)?))
    }
}
