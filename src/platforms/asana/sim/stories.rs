//! Stories: comments, which are written, and history, which is not.

use serde_json::{Value, json};

use super::access::Level;
use super::call::{Answer, Call, Outcome};
use super::events::Happening;
use super::input;
use super::refusal::Refusal;
use super::state::{STORY, State, TASK};
use super::text_fields::Rich;
use crate::sim::world::text;

const STICKERS: &[&str] = &[
    "green_checkmark",
    "people_dancing",
    "dancing_unicorn",
    "heart",
    "party_popper",
    "people_waving_flags",
    "splashing_narwhal",
    "trophy",
    "yeti_riding_unicorn",
    "celebrating_people",
    "determined_climbers",
    "phoenix_spreading_love",
];

impl State {
    fn new_story(&mut self, by: &str, task: &str, kind: &str, subtype: &str) -> String {
        let id = self.new_gid();
        let story = json!({
            "id": id, "type": kind, "resource_subtype": subtype, "created_at": self.date(), "created_by": by,
            "target": task, "source": "api", "is_pinned": false, "is_edited": false, "_likes": [], "previews": [],
            "reaction_summary": [],
        });
        self.world.insert(STORY, &[task], story);
        self.touch(TASK, task);
        id
    }

    /// A comment; the text is rich.
    pub(super) fn new_comment(&mut self, by: &str, task: &str, html: &str) -> String {
        let id = self.new_story(by, task, "comment", "comment_added");
        self.set(STORY, &id, "html_text", html);
        self.set(STORY, &id, "sticker_name", Value::Null);
        self.put_in(TASK, task, "followers", by);
        id
    }

    /// A line of history, unless none is written. `about` has what the line is about, by field.
    pub(super) fn system_story(&mut self, by: &str, task: &str, subtype: &str, line: &str, about: &Value) {
        if self.history {
            self.history_line(by, task, subtype, line, about);
        }
    }

    /// A line of history, in any case.
    pub(super) fn history_line(&mut self, by: &str, task: &str, subtype: &str, line: &str, about: &Value) {
        let id = self.new_story(by, task, "system", subtype);
        self.set(STORY, &id, "text", line);
        for (field, value) in about.as_object().into_iter().flatten() {
            self.set(STORY, &id, field, value.clone());
        }
    }
}

impl Call<'_> {
    /// The story in the path and its task, if the caller may do that much there.
    fn story(&self, id: &str, least: Level) -> Result<(Value, String), Refusal> {
        let story = self.state.known(STORY, id)?.clone();
        let task = text(&story, "target").to_owned();
        self.state.task(self.caller, &task, least)?;
        Ok((story, task))
    }

    pub(super) fn get_stories(&mut self, task: &str) -> Outcome {
        let task = text(self.state.task(self.caller, task, Level::Viewer)?, "id").to_owned();
        self.list(STORY, &self.state.world.ids_of(&task, STORY))
    }

    pub(super) fn get_story(&mut self, id: &str) -> Outcome {
        self.story(id, Level::Viewer)?;
        self.one(STORY, id)
    }

    fn sticker(&self) -> Result<Option<String>, Refusal> {
        input::one_of(self.data, "sticker_name", STICKERS)
    }

    pub(super) fn post_story(&mut self, task: &str) -> Outcome {
        input::only(self.data, &["text", "html_text", "is_pinned", "sticker_name"])?;
        let task = text(self.state.task(self.caller, task, Level::Commenter)?, "id").to_owned();
        let written = self.rich_change(Rich { kind: STORY, plain: "text", html: "html_text" })?;
        let sticker = self.sticker()?;
        let html = match &written {
            Some((_, html)) => html.as_str().unwrap_or_default(),
            None if sticker.is_some() => "<body></body>",
            None => return Err(Refusal::missing("text")),
        };
        if sticker.is_none() && super::rich_text::to_plain(html).trim().is_empty() && !html.contains("<img") {
            return Err(Refusal::missing("text"));
        }
        let pinned = input::flag(self.data, "is_pinned")?.unwrap_or(false);
        let id = self.state.new_comment(&self.caller.user, &task, html);
        self.state.set(STORY, &id, "is_pinned", pinned);
        self.state.set(STORY, &id, "sticker_name", sticker);
        let streams = self.state.streams_of(&task);
        self.tell(Happening::added(STORY, &id, (TASK, &task)).heard_by(streams));
        self.created(STORY, &id)
    }

    /// The text of a comment is its author's; pinning is for everybody who may change the task.
    pub(super) fn put_story(&mut self, id: &str) -> Outcome {
        input::only(self.data, &["text", "html_text", "is_pinned", "sticker_name", "liked"])?;
        let (story, task) = self.story(id, Level::Commenter)?;
        let written = self.rich_change(Rich { kind: STORY, plain: "text", html: "html_text" })?;
        let sticker = self.sticker()?;
        let pinned = input::flag(self.data, "is_pinned")?;
        let is_comment = story["type"] == "comment";
        let own = story["created_by"] == self.caller.user.as_str();
        if (written.is_some() || sticker.is_some()) && !(is_comment && own) {
            return Err(Refusal::forbidden(STORY));
        }
        if pinned.is_some() {
            if !is_comment && story["resource_subtype"] != "attachment_added" {
                return Err(Refusal::invalid("is_pinned", "Only comments and attachments can be pinned"));
            }
            self.state.task(self.caller, &task, Level::Editor)?;
        }
        if let Some((field, html)) = written {
            self.state.set(STORY, id, field, html);
            self.state.set(STORY, id, "is_edited", true);
        }
        if let Some(sticker) = sticker {
            self.state.set(STORY, id, "sticker_name", sticker);
        }
        if let Some(pinned) = pinned {
            self.state.set(STORY, id, "is_pinned", pinned);
        }
        let me = self.caller.user.clone();
        match input::flag(self.data, "liked")? {
            Some(true) => _ = self.state.put_in(STORY, id, "_likes", &me),
            Some(false) => _ = self.state.take_out(STORY, id, "_likes", &me),
            None => {}
        }
        let streams = self.state.streams_of(&task);
        self.tell(Happening::changed(STORY, id, "text").heard_by(streams));
        self.one(STORY, id)
    }

    pub(super) fn delete_story(&mut self, id: &str) -> Outcome {
        let (story, task) = self.story(id, Level::Commenter)?;
        if story["created_by"] != self.caller.user.as_str() || story["type"] != "comment" {
            return Err(Refusal::forbidden(STORY));
        }
        let streams = self.state.streams_of(&task);
        self.tell(Happening::deleted(STORY, id).heard_by(streams));
        self.state.world.remove(STORY, id);
        self.state.touch(TASK, &task);
        Ok(Answer::empty())
    }
}
