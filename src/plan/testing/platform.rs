//! A platform small enough to read at a glance that has one of each oddity.

use crate::model::dialect::{Dialect, TextLink};
use crate::model::limits::{Bound, Limit, Longest};
use crate::model::loss::LossCause;
use crate::model::spec::{BatchRules, Codec, Field, IdPolicy, KindSpec, Parent, Role, Verbs};
use crate::model::{Kind, Record, ops};

pub(in crate::plan) struct TestPlatform;

pub(in crate::plan) static PLATFORM: TestPlatform = TestPlatform;

const NAME: Field = Field::new("name", Role::Writable);

const fn table(kind: Kind, noun: &'static str, parent: Parent, fields: &'static [Field]) -> KindSpec {
    KindSpec {
        kind,
        noun,
        plural: "",
        parent,
        title: "name",
        verbs: Verbs::ALL,
        ids: IdPolicy::Server,
        batch: BatchRules::SINGLE,
        natural_key: &[],
        fields,
        losses: &[],
    }
}

static KINDS: &[KindSpec] = &[
    table(Kind::Workspace, "workspace", Parent::Root, &[NAME]),
    KindSpec {
        ids: IdPolicy::Person,
        title: "role",
        ..table(
            Kind::WorkspaceMember,
            "colleague",
            Parent::Container,
            &[
                Field::new("role", Role::Writable),
                Field::new("active", Role::ReadOnly(LossCause::PersonMissing)).presence(),
            ],
        )
    },
    table(
        Kind::Container,
        "board",
        Parent::Root,
        &[
            NAME,
            Field::new("up", Role::Reference(Kind::Workspace)),
            Field::new("desc", Role::Writable).codec(Codec::Links),
            Field::new("closed", Role::Writable).last(),
        ],
    ),
    KindSpec {
        ids: IdPolicy::Person,
        title: "role",
        ..table(Kind::Member, "member", Parent::Container, &[Field::new("role", Role::Writable)])
    },
    KindSpec {
        verbs: Verbs::NONE,
        natural_key: &["name"],
        losses: &[LossCause::Extension],
        ..table(Kind::Extension, "extension", Parent::Container, &[])
    },
    KindSpec {
        natural_key: &["name"],
        ..table(
            Kind::Label,
            "label",
            Parent::Container,
            &[
                NAME,
                Field::new("color", Role::Writable),
                Field::new("icon", Role::Reference(Kind::Image)).last().in_place_of(&["color"]),
            ],
        )
    },
    KindSpec {
        natural_key: &["name"],
        ..table(
            Kind::FieldDef,
            "field",
            Parent::Container,
            &[
                NAME,
                Field::new("main", Role::CreateOnly),
                Field::new("locked", Role::Writable).last().locks(),
            ],
        )
    },
    KindSpec {
        natural_key: &["name"],
        verbs: Verbs { create: true, update: false, delete: true, archive: false },
        ..table(
            Kind::FieldOption,
            "option",
            Parent::At(&[(Kind::FieldDef, "up")]),
            &[Field::new("name", Role::CreateOnly)],
        )
    },
    KindSpec {
        natural_key: &["name"],
        verbs: Verbs { create: true, update: true, delete: false, archive: true },
        ..table(
            Kind::Section,
            "list",
            Parent::Container,
            &[NAME, Field::new("pos", Role::Writable), Field::new("closed", Role::Writable).last()],
        )
    },
    KindSpec {
        losses: &[LossCause::NativeId],
        ..table(
            Kind::Item,
            "card",
            Parent::At(&[(Kind::Section, "up")]),
            &[
                Field::new("up", Role::Reference(Kind::Section)).assigned(),
                Field::new("lost", Role::Writable).nowhere(),
                NAME,
                Field::new("code", Role::CreateOnly).repeating().within(Kind::FieldDef, "main"),
                Field::new("desc", Role::Writable).codec(Codec::Links),
                Field::new("due", Role::Writable),
                Field::new("labels", Role::References(Kind::Label)),
                Field::new("members", Role::Persons),
                Field::new("template", Role::Writable).after(),
                Field::new("cover", Role::Reference(Kind::Attachment)).last(),
                Field::new("page", Role::Reference(Kind::Container)),
                Field::new("formula", Role::Writable).codec(Codec::Names(Kind::ContainerLink)).last(),
                Field::new("size", Role::Writable).last().initially("normal"),
                Field::new("frame.colour", Role::Writable).whole().last(),
                Field::new("frame.width", Role::Writable).whole().last(),
                Field::new("address", Role::Writable).unique(),
                Field::new("locked", Role::Writable).last().locks(),
                Field::new("closed", Role::Writable).last(),
                Field::new("votes", Role::ReadOnly(LossCause::Votes)),
            ],
        )
    },
    KindSpec {
        natural_key: &["name"],
        verbs: Verbs { create: true, update: false, delete: false, archive: false },
        ..table(
            Kind::ContainerLink,
            "range",
            Parent::Container,
            &[
                Field::new("name", Role::CreateOnly).distinct(),
                Field::new("board", Role::Reference(Kind::Container)),
                Field::new("card", Role::Reference(Kind::Item)).anywhere(),
                Field::new("gone", Role::ReadOnly(LossCause::TargetGone)),
            ],
        )
    },
    table(
        Kind::Placement,
        "place",
        Parent::At(&[(Kind::Section, "up")]),
        &[NAME, Field::new("item", Role::Reference(Kind::Item)).anywhere()],
    ),
    KindSpec {
        ids: IdPolicy::Composed,
        batch: BatchRules { max: 10, across: false },
        title: "value",
        ..table(
            Kind::FieldValue,
            "value",
            Parent::At(&[(Kind::Item, "up")]),
            &[
                Field::new("field", Role::Reference(Kind::FieldDef)).held(),
                Field::new("value", Role::Writable),
                Field::new("option", Role::Reference(Kind::FieldOption)),
                Field::new("picture", Role::Reference(Kind::Attachment)).last().in_place_of(&["value"]),
                Field::new("style", Role::Writable),
            ],
        )
    },
    table(Kind::Image, "icon", Parent::At(&[(Kind::Label, "up")]), &[NAME]),
    table(
        Kind::Checklist,
        "checklist",
        Parent::At(&[(Kind::Item, "up")]),
        &[NAME, Field::new("lines", Role::Sequence(Kind::ChecklistItem))],
    ),
    table(
        Kind::ChecklistItem,
        "line",
        Parent::At(&[(Kind::ChecklistItem, "above"), (Kind::Checklist, "up")]),
        &[
            NAME,
            Field::new("locked", Role::Writable).last().locks(),
            Field::new("lines", Role::Sequence(Kind::ChecklistItem)),
            Field::new("about", Role::Reference(Kind::Item)).anywhere(),
        ],
    ),
    KindSpec {
        verbs: Verbs { create: true, update: false, delete: true, archive: false },
        ..table(
            Kind::Attachment,
            "file",
            Parent::At(&[(Kind::Item, "up")]),
            &[Field::new("name", Role::CreateOnly)],
        )
    },
    KindSpec {
        title: "text",
        losses: &[LossCause::CommentAuthor],
        ..table(
            Kind::Comment,
            "comment",
            Parent::At(&[(Kind::Item, "up")]),
            &[
                Field::new("text", Role::Writable).codec(Codec::Attributed),
                Field::new("author", Role::ReadOnly(LossCause::CommentAuthor)),
            ],
        )
    },
];

/// What a line of a world begins with.
pub(in crate::plan) fn kind(noun: &str) -> Kind {
    KINDS.iter().find(|spec| spec.noun == noun).unwrap_or_else(|| panic!("{noun}")).kind
}

pub(in crate::plan) fn title(kind: Kind) -> &'static str {
    PLATFORM.spec(kind).unwrap().title
}

pub(in crate::plan) fn has_link(kind: Kind) -> bool {
    kind == Kind::Item
}

impl Dialect for TestPlatform {
    fn kinds(&self) -> &'static [KindSpec] {
        KINDS
    }

    fn link_token(&self, record: &Record) -> Option<String> {
        has_link(record.key.kind).then(|| ops::get_text(&record.native, "short").map(str::to_owned)).flatten()
    }

    fn text_links(&self, text: &str) -> Vec<TextLink> {
        text.match_indices('#')
            .map(|(at, _)| {
                let token: String = text[at + 1..].chars().take_while(|c| c.is_alphanumeric()).collect();
                TextLink { range: at + 1..at + 1 + token.len(), token }
            })
            .collect()
    }

    fn names(&self, text: &str) -> Vec<TextLink> {
        let inside = text.match_indices('{').filter_map(|(at, _)| {
            let token = text[at + 1..].split_once('}')?.0.to_owned();
            Some(TextLink { range: at + 1..at + 1 + token.len(), token })
        });
        inside.collect()
    }

    fn attribution(&self, comment: &Record) -> Option<String> {
        let text = ops::get_text(&comment.native, "text")?;
        let author = ops::get_text(&comment.native, "author").unwrap_or("nobody");
        (!text.starts_with("[by ")).then(|| format!("[by {author}]"))
    }

    fn written_at<'a>(&self, record: &'a Record) -> Option<&'a str> {
        ops::get_text(&record.native, "written").filter(|_| record.key.kind == Kind::Comment)
    }

    fn comes_by_itself(&self, container: &Record) -> bool {
        ops::get(&container.native, "given") == Some(&true.into())
    }

    fn upload_counts(&self) -> u64 {
        30
    }

    fn limits(&self) -> &'static [Limit] {
        &[
            Limit { kind: Kind::Comment, bound: Bound::Text("text", Longest::Characters(40)) },
            Limit { kind: Kind::Item, bound: Bound::Text("desc", Longest::Characters(100)) },
            Limit { kind: Kind::Placement, bound: Bound::Shown("item", 2) },
            Limit { kind: Kind::Attachment, bound: Bound::File(10) },
            Limit { kind: Kind::Member, bound: Bound::Named(&["role"]) },
            Limit { kind: Kind::Container, bound: Bound::Text("name", Longest::Characters(30)) },
        ]
    }
}
