//! Reads one board: in one request if Trello lets us, in ever smaller pieces if not.
//!
//! The ladder: everything at once; the board without its cards, then the cards in pages; the cards list by
//! list. Comments come with the first request and in pages beyond its limit.

mod followup;
mod question;
mod split;

use std::collections::HashSet;

use serde_json::Value;

use super::json::text;
use crate::http::shape::entries;
use super::Trello;
use crate::http::client::Query;
use crate::http::fault::{ApiFault, FaultClass};
use crate::http::paging::Backwards;
use crate::model::coverage::{Count, Coverage, Missing};
use crate::model::{Kind, NativeId, Record};
use crate::platforms::connector::{ContainerInfo, RecordSink};
use question::{ACTIONS_LIMIT, CARD_PAGE, CARDS_LIMIT, LABELS_LIMIT, LIST_PAGE};
pub(super) use split::join_members;
use split::Splitter;

/// The records of a board's answer that holds all of the board, and what could not be made one.
pub(super) fn split(board: NativeId, answer: Value) -> (Vec<Record>, Vec<Missing>) {
    let mut splitter = Splitter::new(board);
    let parts = splitter.board(answer);
    parts.cards.into_iter().for_each(|card| splitter.card(card));
    splitter.comments(parts.comments);
    splitter.power_ups(parts.power_ups.unwrap_or_default());
    (splitter.found.into_iter().map(|(record, _)| record).collect(), splitter.missing)
}

/// Reads a board into the sink.
pub(super) async fn read(
    trello: &Trello,
    container: &ContainerInfo,
    sink: &mut dyn RecordSink,
) -> Result<Coverage, ApiFault> {
    let (splitter, promised) = collect(trello, &container.id).await?;
    let coverage = coverage(&splitter, promised);
    for (record, bytes) in splitter.found {
        sink.put(record, bytes).await?;
    }
    Ok(coverage)
}

/// How many comments, attachments and check items the cards say they have, where they do.
type Promised = [Option<u64>; 3];

/// All records of a board, and what its cards promise.
async fn collect(trello: &Trello, board: &NativeId) -> Result<(Splitter, Promised), ApiFault> {
    let id = board.as_str();
    let whole = trello.client.get_divisible(&["boards", id], question::WHOLE).await;
    let mut splitter = Splitter::new(board.clone());
    let (mut parts, whole) = match whole {
        Ok(answer) => (splitter.board(answer), true),
        Err(fault) if fault.class == FaultClass::TooLarge => {
            tracing::info!(board = id, %fault, "too large for one answer; read in parts");
            let frame = trello.client.get(&["boards", id], question::FRAME).await?;
            (splitter.board(frame), false)
        }
        Err(fault) => return Err(fault),
    };
    if !whole {
        parts.cards = cards(trello, id, &splitter).await?;
    }
    let more_cards = whole && parts.cards.len() == CARDS_LIMIT;
    let all_promised = promised(&parts.cards, "comments") == Some(parts.comments.len() as u64);
    let full_page = parts.comments.len() >= ACTIONS_LIMIT;
    let open_ends = followup::OpenEnds {
        cards: more_cards,
        power_ups: parts.power_ups.is_none(),
        comments: !whole || full_page && (more_cards || !all_promised),
    };
    let more = followup::ask(trello, id, &parts, &open_ends).await?;
    if !more.cards.is_empty() {
        parts.cards = more.cards;
    }
    let promised = ["comments", "attachments", "checkItems"].map(|name| promised(&parts.cards, name));
    parts.cards.into_iter().for_each(|card| splitter.card(card));
    splitter.comments(parts.comments);
    splitter.comments(more.comments);
    splitter.missing.extend(more.missing);
    if splitter.count(Kind::Label) >= LABELS_LIMIT {
        let why = format!("Trello gives at most {LABELS_LIMIT} and no way to ask for more");
        splitter.missing.push(Missing { key: None, what: "labels beyond the first thousand, if any".to_owned(), why });
    }
    splitter.power_ups(parts.power_ups.unwrap_or(more.power_ups));
    Ok((splitter, promised))
}

/// The cards of a board that is too large for one answer.
async fn cards(trello: &Trello, board: &str, splitter: &Splitter) -> Result<Vec<Value>, ApiFault> {
    match all_cards(trello, board).await {
        Err(fault) if fault.class == FaultClass::TooLarge => {}
        result => return result,
    }
    let mut all = Vec::new();
    let lists = splitter.found.iter().filter(|(record, _)| record.key.kind == Kind::Section);
    for list in lists.map(|(record, _)| record.key.id.as_str()) {
        all.extend(pages(trello, &["lists", list, "cards"], &[("filter", "all")], LIST_PAGE).await?);
    }
    // A card that is moved meanwhile comes with both lists.
    Ok(once(all))
}

/// The cards of a board in pages.
async fn all_cards(trello: &Trello, board: &str) -> Result<Vec<Value>, ApiFault> {
    pages(trello, &["boards", board, "cards", "all"], &[], CARD_PAGE).await
}

/// All pages of cards, which come newest first.
async fn pages(
    trello: &Trello,
    path: &[&str],
    filter: &Query<'static>,
    limit: usize,
) -> Result<Vec<Value>, ApiFault> {
    let (mut all, mut paging) = (Vec::new(), Backwards::new(limit));
    let (mut before, limit) = (None::<String>, limit.to_string());
    loop {
        let mut query = [filter, question::CARDS].concat();
        query.push(("limit", &limit));
        if let Some(before) = &before {
            query.push(("before", before));
        }
        let page = entries(trello.client.get_divisible(path, &query).await?)?;
        let next = paging.take(page.iter().map(|entry| text(entry, "id"))).before(&path.join("/"))?;
        all.extend(page);
        if next.is_none() {
            return Ok(once(all));
        }
        before = next;
    }
}

/// The cards without those that came twice: what they promise would be counted twice.
fn once(mut cards: Vec<Value>) -> Vec<Value> {
    let mut seen = HashSet::new();
    cards.retain(|card| seen.insert(text(card, "id").to_owned()));
    cards
}

/// How many things of a sort all cards together say they have; nothing when one of them does not say.
fn promised(cards: &[Value], name: &str) -> Option<u64> {
    cards.iter().map(|card| card.get("badges")?.get(name)?.as_u64()).sum()
}

fn coverage(splitter: &Splitter, [comments, attachments, check_items]: Promised) -> Coverage {
    let expected = |kind| match kind {
        Kind::Comment => comments,
        Kind::Attachment => attachments,
        Kind::ChecklistItem => check_items,
        _ => None,
    };
    let counts = Kind::ALL
        .iter()
        .filter(|kind| kind.rank() >= Kind::Container.rank())
        .map(|kind| Count { kind: *kind, expected: expected(*kind), got: splitter.count(*kind) })
        .collect();
    Coverage { counts, missing: splitter.missing.clone(), ..Coverage::default() }
}

#[cfg(test)]
mod tests;
