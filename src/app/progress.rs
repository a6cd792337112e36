//! What a long use case tells while it runs. The command line draws bars from it; tests ignore it.

/// One piece of news.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// A phase begins; `total` units of `unit` are expected, where that is known.
    Phase {
        /// What is being done: `Reading boards`.
        what: String,
        /// How many units there will be.
        total: Option<u64>,
    },
    /// So many more units of the current phase are done.
    Advance(u64),
    /// What is being worked on right now.
    Now(String),
    /// Something that the person should see even without bars.
    Note(String),
}

/// Takes the news.
pub trait Progress: Send + Sync {
    /// Takes one piece; must not block for long.
    fn tell(&self, news: News);
}

/// Nobody listens.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn tell(&self, _: News) {}
}
