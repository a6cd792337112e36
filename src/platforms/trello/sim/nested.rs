//! Things inside things: which ones a request asks for, and how they are shown.

use serde_json::{Value, json};

use super::input;
use super::refusal::Refusal;
use super::state::{
    ACTION, ATTACHMENT, BOARD, CARD, CHECKLIST, LIST, MEMBER, PLUGIN_DATA, STICKER, State, items,
};
use super::views::project;
use crate::base::clock::Timestamp;
use crate::sim::object_ids::{created, is_object_id};
use crate::sim::request::Params;
use crate::sim::world::text;

/// Most cards that one page has.
pub(super) const CARDS_PAGE: usize = 1_000;
/// Actions when nobody says how many.
const ACTIONS_PAGE: usize = 50;

const BOARD_FILTERS: &[&str] =
    &["all", "open", "closed", "members", "organization", "public", "starred", "none", "private"];
const OTHER_PARTS: &[&str] = &["customFieldItems", "stickers", "pluginData", "members", "membersVoted"];

/// What a request wants with each card.
pub(super) struct CardParts {
    fields: String,
    attachments: Option<String>,
    checklists: Option<String>,
    /// Parts that are either asked for or not, by their names.
    others: Vec<&'static str>,
}

impl CardParts {
    /// Reads the parameters; inside a board their names begin with `card_`.
    pub(super) fn read(params: &Params, prefix: &str) -> Result<Self, Refusal> {
        let name = |name: &str| format!("{prefix}{name}");
        let fields_of = |part: &str| params.text(&name(part)).unwrap_or_else(|| "all".to_owned());
        let mut others = Vec::new();
        for part in OTHER_PARTS {
            if input::flag(params, &name(part))?.unwrap_or(false) {
                others.push(*part);
            }
        }
        if params.text(&name("actions")).is_some() {
            others.push("actions");
        }
        let attachments = params.text(&name("attachments")).filter(|wanted| wanted != "false");
        let checklists = input::one_of(params, &name("checklists"), &["all", "none", "true", "false"])?;
        let checklists = checklists.filter(|wanted| !["none", "false"].contains(&wanted.as_str()));
        Ok(Self {
            fields: fields_of("fields"),
            attachments: attachments.map(|_| fields_of("attachment_fields")),
            checklists: checklists.map(|_| fields_of("checklist_fields")),
            others,
        })
    }

    /// Whether this part was asked for.
    pub(super) fn has(&self, part: &str) -> bool {
        self.others.contains(&part)
    }
}

impl State {
    /// A card with everything that was asked for.
    pub(super) fn full_card(&self, card: &Value, parts: &CardParts) -> Value {
        let id = text(card, "id");
        let mut view = self.card_view(card);
        let custom_field_items = view.as_object_mut().and_then(|card| card.remove("customFieldItems"));
        let mut view = project(view, &parts.fields);
        if let Some(fields) = &parts.attachments {
            let attachments = self.world.of(id, ATTACHMENT);
            view["attachments"] = attachments.map(|a| project(self.attachment_view(a), fields)).collect();
        }
        if let Some(fields) = &parts.checklists {
            view["checklists"] = self.world.of(id, CHECKLIST).map(|c| project(Self::plain(c), fields)).collect();
        }
        if parts.has("customFieldItems") {
            view["customFieldItems"] = custom_field_items.unwrap_or_else(|| json!([]));
        }
        if parts.has("stickers") {
            view["stickers"] = self.world.of(id, STICKER).map(Self::plain).collect();
        }
        if parts.has("pluginData") {
            view["pluginData"] = self.world.of(id, PLUGIN_DATA).map(Self::plain).collect();
        }
        for (part, ids) in [("members", "idMembers"), ("membersVoted", "idMembersVoted")]
        {
            if parts.has(part) {
                let members = items(card, ids).iter().filter_map(Value::as_str);
                let members = members.filter_map(|member| self.world.get(MEMBER, member));
                view[part] = members.map(|member| Self::member_view(member, false)).collect();
            }
        }
        view
    }

    /// The cards of a board that fit a filter, newest first.
    pub(super) fn cards_of(&self, board: &str, filter: &str) -> Result<Vec<&Value>, Refusal> {
        let closed_list = |card: &Value| {
            self.world.get(LIST, text(card, "idList")).is_some_and(|list| list["closed"] == true)
        };
        let fits = |card: &&Value| match filter {
            "all" | "true" => true,
            "closed" => card["closed"] == true,
            "visible" => card["closed"] != true && !closed_list(card),
            // A card in an archived list still counts as open.
            _ => card["closed"] != true,
        };
        match filter {
            "none" | "false" => Ok(Vec::new()),
            "all" | "true" | "closed" | "open" | "visible" => {
                Ok(self.world.of(board, CARD).rev().filter(fits).collect())
            }
            _ => Err(Refusal::invalid("filter")),
        }
    }

    /// A page of cards: `limit`, `before` and `since` mean the creation.
    pub(super) fn page_of_cards(&self, cards: Vec<&Value>, params: &Params) -> Result<Value, Refusal> {
        let parts = CardParts::read(params, "")?;
        let limit = input::limit(params, "limit", CARDS_PAGE)?;
        let span = Span::read(params, "")?;
        let page: Vec<&Value> = cards.into_iter().filter(|card| span.holds(card)).take(limit).collect();
        if parts.has("actions") && page.len() > 300 {
            let message = "Too many cards requested with actions. Request fewer cards.";
            return Err(Refusal::over_limit("API_TOO_MANY_CARDS_REQUESTED", message));
        }
        if parts.checklists.is_some() {
            // Items come with all of their fields, whichever are asked for.
            params.text("checkItem_fields");
            self.refuse_many_checklists(page.iter().map(|card| self.world.count_of(text(card, "id"), CHECKLIST)))?;
        }
        Ok(page.into_iter().map(|card| self.full_card(card, &parts)).collect())
    }

    /// Trello gives up on answers with very many checklists.
    pub(super) fn refuse_many_checklists(&self, counts: impl Iterator<Item = usize>) -> Result<(), Refusal> {
        if counts.sum::<usize>() > self.rules.checklists {
            return Err(Refusal::over_limit("API_TOO_MANY_CHECKLISTS_REQUESTED", "Too many checklists"));
        }
        Ok(())
    }

    /// A page of actions about `place` (a board or card), newest first. On its own resource the parameters are
    /// called `filter`, `limit`, ..; inside another one `actions`, `actions_limit`, ..
    pub(super) fn page_of_actions(
        &self,
        place: &str,
        params: &Params,
        nested: bool,
        default_filter: &str,
    ) -> Result<Value, Refusal> {
        let (prefix, creator, filter) = if nested {
            ("actions_", "action_memberCreator", params.text("actions"))
        } else {
            ("", "memberCreator", params.text("filter"))
        };
        let filter = filter.unwrap_or_else(|| default_filter.to_owned());
        let limit = input::limit(params, &format!("{prefix}limit"), ACTIONS_PAGE)?;
        let page = input::limit(params, &format!("{prefix}page"), 0)?;
        if page * limit.max(1) > 50_000 {
            return Err(Refusal::invalid("page"));
        }
        let span = Span::read(params, prefix)?;
        let creator = input::flag(params, creator)?.unwrap_or(true);
        let reactions = input::flag(params, &format!("{prefix}reactions"))?.unwrap_or(false);
        let wanted: Vec<&str> = filter.split(',').map(|kind| kind.split(':').next().unwrap_or(kind)).collect();
        let fields = params.text(if nested { "action_fields" } else { "fields" });
        let fields = fields.map_or_else(|| "all".to_owned(), |fields| format!("{fields},memberCreator,reactions"));
        let fits = |action: &&Value| {
            (filter == "all" || wanted.contains(&text(action, "type"))) && span.holds(action)
        };
        let found = self.world.of(place, ACTION).rev().filter(fits).skip(page * limit).take(limit);
        Ok(found.map(|action| project(self.action_view(action, creator, reactions), &fields)).collect())
    }

    /// The boards among `ids` that somebody may see and that fit the filter, shown with `fields`.
    pub(super) fn boards_view(
        &self,
        ids: impl Iterator<Item = String>,
        params: &Params,
        filter: &str,
        fields: &str,
        member: &str,
    ) -> Result<Value, Refusal> {
        let with_organization = input::flag(params, "organization")?.unwrap_or(false);
        let words: Vec<&str> = filter.split(',').collect();
        if words.iter().any(|word| !BOARD_FILTERS.contains(word)) {
            return Err(Refusal::invalid("filter"));
        }
        let fits = |board: &Value| {
            let level = text(&board["prefs"], "permissionLevel");
            words.iter().any(|&word| match word {
                "all" => true,
                "open" => board["closed"] != true,
                "closed" => board["closed"] == true,
                "members" => self.role(text(board, "id"), member).is_some(),
                "organization" => level == "org",
                "starred" => board["starred"] == true,
                level_word => level == level_word,
            })
        };
        let show = |id: String| {
            let board = self.world.get(BOARD, &id).filter(|board| fits(board))?;
            let mut view = project(self.board_view(&id), fields);
            if with_organization {
                view["organization"] = self.workspace_of(board);
            }
            Some(view)
        };
        Ok(ids.filter_map(show).collect())
    }

    /// The workspace of a board, as it is nested in one.
    pub(super) fn workspace_of(&self, board: &Value) -> Value {
        let organization = self.world.get(super::state::ORGANIZATION, text(board, "idOrganization"));
        organization.map_or(Value::Null, |organization| self.organization_view(organization))
    }
}

/// A span of time of creation, given by ids or dates; both ends are outside.
struct Span {
    since: Option<Edge>,
    before: Option<Edge>,
}

enum Edge {
    Id(String),
    Time(Timestamp),
}

impl Span {
    fn read(params: &Params, prefix: &str) -> Result<Self, Refusal> {
        let edge = |name: &str| match params.text(&format!("{prefix}{name}")) {
            None => Ok(None),
            Some(text) if text.is_empty() || text == "null" => Ok(None),
            Some(text) if is_object_id(&text) => Ok(Some(Edge::Id(text))),
            Some(text) => {
                let time = input::parse_time(&text).ok_or_else(|| Refusal::invalid(name))?;
                Ok(Some(Edge::Time(time)))
            }
        };
        Ok(Self { since: edge("since")?, before: edge("before")? })
    }

    fn holds(&self, entity: &Value) -> bool {
        let id = text(entity, "id");
        let after = |edge: &Edge| match edge {
            Edge::Id(edge) => id > edge.as_str(),
            Edge::Time(edge) => created(id).is_some_and(|time| time >= *edge),
        };
        let before = |edge: &Edge| match edge {
            Edge::Id(edge) => id < edge.as_str(),
            Edge::Time(edge) => created(id).is_some_and(|time| time < *edge),
        };
        self.since.as_ref().is_none_or(after) && self.before.as_ref().is_none_or(before)
    }
}
