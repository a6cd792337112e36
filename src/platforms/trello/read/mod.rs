//! Reads one board: in one request if Trello lets us, in ever smaller pieces if not.
//!
//! The ladder: everything at once; the board without its cards, then the cards in pages; the cards list by
//! list. Comments come with the first request and in pages beyond its limit.

mod followup;
mod question;
mod split;

use serde_json::Value;

use super::json::{entries, text};
use super::Trello;
use crate::http::fault::{ApiFault, FaultClass};
use crate::http::paging::{Backwards, Next};
use crate::model::coverage::{Count, Coverage, Missing};
use crate::model::{Kind, NativeId};
use crate::platforms::connector::{ContainerInfo, RecordSink};
use question::{ACTIONS_LIMIT, CARD_PAGE, CARDS_LIMIT, LABELS_LIMIT};
pub(super) use split::join_members;
use split::Splitter;

/// Reads a board into the sink.
pub(super) async fn read(
    trello: &Trello,
    container: &ContainerInfo,
    sink: &mut dyn RecordSink,
) -> Result<Coverage, ApiFault> {
    let (splitter, comments) = collect(trello, &container.id).await?;
    let coverage = coverage(&splitter, comments);
    for (record, bytes) in splitter.found {
        sink.put(record, bytes).await?;
    }
    Ok(coverage)
}

/// All records of a board, and how many comments its cards say they have.
async fn collect(trello: &Trello, board: &NativeId) -> Result<(Splitter, u64), ApiFault> {
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
    let comments: u64 = parts.cards.iter().map(|card| badge(card, "comments")).sum();
    let open_ends = followup::OpenEnds {
        cards: whole && parts.cards.len() == CARDS_LIMIT,
        power_ups: parts.power_ups.is_none(),
        comments: !whole || parts.comments.len() >= ACTIONS_LIMIT && (parts.comments.len() as u64) != comments,
    };
    let more = followup::ask(trello, id, &parts, &open_ends).await?;
    if !more.cards.is_empty() {
        parts.cards = more.cards;
    }
    let comments = parts.cards.iter().map(|card| badge(card, "comments")).sum();
    parts.cards.into_iter().for_each(|card| splitter.card(card));
    splitter.comments(parts.comments);
    splitter.comments(more.comments);
    splitter.missing.extend(more.missing);
    if splitter.count(Kind::Label) >= LABELS_LIMIT {
        let why = format!("Trello gives at most {LABELS_LIMIT} and no way to ask for more");
        splitter.missing.push(Missing { key: None, what: "labels beyond the first thousand, if any".to_owned(), why });
    }
    splitter.power_ups(parts.power_ups.unwrap_or(more.power_ups));
    Ok((splitter, comments))
}

/// The cards of a board that is too large for one answer.
async fn cards(trello: &Trello, board: &str, splitter: &Splitter) -> Result<Vec<Value>, ApiFault> {
    match pages(trello, &["boards", board, "cards", "all"], question::CARDS, "all", CARD_PAGE).await {
        Err(fault) if fault.class == FaultClass::TooLarge => {}
        result => return result,
    }
    let mut all = Vec::new();
    let lists = splitter.found.iter().filter(|(record, _)| record.key.kind == Kind::Section);
    for list in lists.map(|(record, _)| record.key.id.as_str()) {
        all.extend(pages(trello, &["lists", list, "cards"], question::CARDS, "all", CARDS_LIMIT).await?);
    }
    Ok(all)
}

/// All pages of something that is listed newest first.
async fn pages(
    trello: &Trello,
    path: &[&str],
    query: &[(&str, &str)],
    filter: &str,
    limit: usize,
) -> Result<Vec<Value>, ApiFault> {
    let (mut all, mut paging) = (Vec::new(), Backwards::new(limit));
    let (mut before, limit) = (None::<String>, limit.to_string());
    loop {
        let mut query = query.to_vec();
        query.extend([("filter", filter), ("limit", limit.as_str())]);
        if let Some(before) = &before {
            query.push(("before", before));
        }
        let page = entries(trello.client.get_divisible(path, &query).await?);
        let next = paging.take(page.iter().map(|entry| text(entry, "id")));
        all.extend(page);
        match next {
            Next::Done => return Ok(all),
            Next::Before(id) => before = Some(id),
        }
    }
}

/// What a card says about the number of things on it.
fn badge(card: &Value, name: &str) -> u64 {
    card.get("badges").and_then(|badges| badges.get(name)).and_then(Value::as_u64).unwrap_or_default()
}

fn coverage(splitter: &Splitter, comments: u64) -> Coverage {
    let cards = || splitter.found.iter().filter(|(record, _)| record.key.kind == Kind::Item);
    let promised = |name| cards().map(|(record, _)| badge(&record.native, name)).sum();
    let expected = |kind| match kind {
        Kind::Comment => Some(comments),
        Kind::Attachment => Some(promised("attachments")),
        Kind::ChecklistItem => Some(promised("checkItems")),
        _ => None,
    };
    let counts = Kind::ALL
        .iter()
        .filter(|kind| kind.rank() >= Kind::Container.rank())
        .map(|kind| Count { kind: *kind, expected: expected(*kind), got: splitter.count(*kind) })
        .collect();
    Coverage { counts, missing: splitter.missing.clone() }
}

#[cfg(test)]
mod tests;
