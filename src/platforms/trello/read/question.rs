//! What is asked for when a board is read. Each default that would hide something is overruled.

use crate::http::client::Query;

/// The most actions in one answer; the default would be 50.
pub(super) const ACTIONS_LIMIT: usize = 1000;
/// The most cards that the card routes give in one answer.
pub(super) const CARDS_LIMIT: usize = 1000;
/// Cards in one page when they come with everything that hangs on them; larger pages are refused.
pub(super) const CARD_PAGE: usize = 500;
/// Cards in one page where even those were refused.
pub(super) const LIST_PAGE: usize = 100;
/// The most labels in one answer; the default would be 50.
pub(super) const LABELS_LIMIT: u64 = 1000;
/// Comments, and comments that came with a copied card.
pub(super) const COMMENT_TYPES: &str = "commentCard,copyCommentCard";

/// Everything of a board at once.
pub(super) const WHOLE: &Query<'static> = &[
    ("fields", "all"),
    ("lists", "all"),
    ("list_fields", "all"),
    ("cards", "all"),
    ("card_fields", "all"),
    ("card_attachments", "true"),
    ("card_attachment_fields", "all"),
    ("card_customFieldItems", "true"),
    ("card_stickers", "true"),
    ("card_pluginData", "true"),
    ("checklists", "all"),
    ("checkItem_fields", "all"),
    ("customFields", "true"),
    ("labels", "all"),
    ("labels_limit", "1000"),
    ("members", "all"),
    ("memberships", "all"),
    ("pluginData", "true"),
    // Not in the reference; where it is not known, the power-ups are asked for separately.
    ("boardPlugins", "true"),
    ("actions", COMMENT_TYPES),
    ("actions_limit", "1000"),
];

/// The same without cards and what hangs on them.
pub(super) const FRAME: &Query<'static> = &[
    ("fields", "all"),
    ("lists", "all"),
    ("list_fields", "all"),
    ("cards", "none"),
    ("customFields", "true"),
    ("labels", "all"),
    ("labels_limit", "1000"),
    ("members", "all"),
    ("memberships", "all"),
    ("pluginData", "true"),
    ("boardPlugins", "true"),
];

/// Cards with everything that hangs on them but comments.
pub(super) const CARDS: &Query<'static> = &[
    ("fields", "all"),
    ("attachments", "true"),
    ("attachment_fields", "all"),
    ("checklists", "all"),
    ("checkItem_fields", "all"),
    ("customFieldItems", "true"),
    ("stickers", "true"),
    ("pluginData", "true"),
];
