//! Texts on their way back: who wrote them, and where their links lead.

use serde_json::Value;

use super::values::{Creates, Facts, Fate, Resolving};
use crate::model::loss::LossCause;
use crate::model::spec::Field;
use crate::model::{RecordKey, limits, ops};

impl Resolving<'_, '_, '_> {
    /// A text under the line that says who wrote it and when, if it has not one.
    pub(super) fn comment(&mut self, field: &Field, text: &str) -> Value {
        let is_original = self.live.is_some_and(|live| live.key.id == self.desired.key.id);
        let dialect = self.facts.input.dialect;
        let line = if is_original { None } else { dialect.attribution(self.desired) };
        let attributed = line.map_or_else(|| text.to_owned(), |line| dialect.attributed(&line, text));
        let longest = limits::longest(dialect, self.desired.key.kind, field.path);
        if longest.is_some_and(|longest| !longest.takes(&attributed)) {
            // The words matter more than the line that says whose they were.
            self.out.lost = Some(LossCause::CommentAuthor);
            return self.text(text);
        }
        self.text(&attributed)
    }

    /// A text as it is to be written, links to things that are elsewhere now included.
    pub(super) fn text(&mut self, text: &str) -> Value {
        let facts = self.facts;
        let dialect = facts.input.dialect;
        let accepted = dialect.accepted(text);
        if *accepted != *text {
            self.out.lost = Some(LossCause::TargetGone);
        }
        let text = &*accepted;
        for token in ops::linked_tokens(dialect, text) {
            if let Some(key) = facts.tokens.get(&token)
                && facts.fate(key, self.creates) == Fate::Created
                && matches!(self.creates, Creates::Exactly(_))
            {
                self.out.linked.push((*key).clone());
            }
        }
        self.out.to = ops::rewrite_links(dialect, text, |token| facts.successor(token, self.creates)).into();
        self.out.to.clone()
    }
}

impl Facts<'_, '_> {
    /// The token of what a link leads to today, if that is another one and already there.
    fn successor(&self, token: &str, creates: Creates<'_, '_>) -> Option<String> {
        let Some(key) = self.tokens.get(token) else {
            return self.input.origins.link(token).filter(|new| !self.goes_with_undo(new)).map(str::to_owned);
        };
        match self.fate(key, creates) {
            Fate::Live(live) if live != *key => self.input.dialect.link_token(self.scene.live.get(live)?),
            _ => None,
        }
    }

    /// Whether a link with this token leads to something that the run created, which its undo removes.
    fn goes_with_undo(&self, token: &str) -> bool {
        let created = self.input.undo.map(|scope| &scope.created);
        let linked = |key: &&RecordKey| {
            let record = self.scene.live.get(*key);
            record.and_then(|record| self.input.dialect.link_token(record)).as_deref() == Some(token)
        };
        created.is_some_and(|created| created.iter().any(|key| linked(&key)))
    }
}
