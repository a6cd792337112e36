//! Worlds in which one list of the API has a given number of entries.

use serde_json::{Value, json};

use super::builder::Builder;

/// The most cards that come inside a board where boards answer with some of their cards and do not say so.
const CARDS_IN_BOARD: usize = 1_000;
/// Cards with a checklist that are refused in one answer where lists have to be asked one by one.
const CHECKLISTS: usize = 100;

/// A board on which the list of this name has so many entries.
pub(super) fn fill(build: &mut Builder, list: &str, entries: usize) -> Result<(), String> {
    let workspace = build.workspace("lists", "Lists");
    let board = build.board(&workspace, "Board", "org");
    let column = build.list(&board, "List");
    match list {
        "cards" => {
            build.state.rules.nested_cards = CARDS_IN_BOARD;
            cards(build, &column, entries);
        }
        "pages of cards" => {
            build.state.rules.cards_in_board = 0;
            cards(build, &column, entries);
            // What makes the board too large when it has no other card.
            let other = build.list(&board, "Another list");
            build.plain_card(&other, "Another card", 1);
        }
        "cards of a list" => {
            build.state.rules.checklists = CHECKLISTS;
            let full = build.list(&board, "Full list");
            for (list, count) in [(&column, entries), (&full, CHECKLISTS + 1)] {
                for card in cards(build, list, count) {
                    build.checklist(&card, "Checklist", &[]);
                }
            }
        }
        "comments" => {
            let (card, ben) = (build.plain_card(&column, "Discussed", 1), build.cast.ben.clone());
            for n in 0..entries {
                build.comment(&ben, &card, &format!("Comment {n}"));
            }
        }
        "labels" => {
            for n in 0..entries {
                build.state.new_label(&board, &format!("Label {n}"), &Value::Null);
            }
        }
        _ => return Err(format!("there is no list `{list}`")),
    }
    build.change(&format!("/boards/{board}"), json!({"desc": format!("{list}: {entries}")}));
    Ok(())
}

fn cards(build: &mut Builder, list: &str, count: usize) -> Vec<String> {
    let numbers = (1..).take(count);
    let card = |number: u32| {
        build.pass(1);
        build.plain_card(list, &format!("Card {number}"), number)
    };
    numbers.map(card).collect()
}
