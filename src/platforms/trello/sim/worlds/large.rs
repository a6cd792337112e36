//! Worlds of many cards.

use super::builder::Builder;

/// Cards on one board.
const PER_BOARD: usize = 1_000;

/// `cards` cards on boards of a thousand, two comments each, every tenth with an upload.
pub(super) fn fill(build: &mut Builder, cards: usize) {
    let workspace = build.workspace("large", "Large");
    for board in 0..cards.div_ceil(PER_BOARD) {
        let here = PER_BOARD.min(cards - board * PER_BOARD);
        fill_one(build, &workspace, &format!("Board {}", board + 1), here);
    }
}

/// One board with exactly 1,000 cards, 2,000 comments and 100 uploads.
pub(super) fn fill_board(build: &mut Builder) {
    let workspace = build.workspace("large", "Large");
    fill_one(build, &workspace, "Board 1", PER_BOARD);
}

fn fill_one(build: &mut Builder, workspace: &str, name: &str, cards: usize) {
    let cast = build.cast.clone();
    let board = build.board(workspace, name, "org");
    let lists: Vec<String> =
        ["Inbox", "Next", "Doing", "Waiting", "Done"].iter().map(|name| build.list(&board, name)).collect();
    let numbers = (1..).zip(lists.iter().cycle()).take(cards);
    for (number, list) in numbers {
        build.pass(1);
        let card = build.plain_card(list, &format!("{name}, card {number}"), number);
        for (author, words) in [(&cast.ben, "looks good"), (&cast.cleo, "needs another look")] {
            build.comment(author, &card, &format!("Card {number} {words}."));
        }
        if number % 10 == 0 {
            let len = build.random.usize(10 * 1_024..=60 * 1_024);
            build.upload(&cast.ben, &card, &format!("file-{number}.bin"), "application/octet-stream", len);
        }
    }
}
