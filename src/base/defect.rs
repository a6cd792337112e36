//! Defects that can be planted on purpose, to see whether the tests that should catch them do.
//!
//! Without the feature `seeded-defects` none exists: the question is a constant no, and the compiler removes what
//! depends on it. With the feature, the environment variable `BOARDVAULT_DEFECT` names the one that is planted.
//! `.ci/defects` plants each of them and demands that its tests fail.

/// A mistake that somebody could make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defect {
    /// Packs are not fsynced before a record vouches for them.
    PackNotSynced,
    /// The log is not fsynced before a record is acknowledged.
    LogNotSynced,
    /// The name of a new file is not made durable.
    FolderNotSynced,
    /// The record is written before the packs that it refers to.
    RecordBeforePacks,
    /// An index that knows more than the packs hold is believed.
    IndexAheadBelieved,
    /// The incomplete end that a crash left of a pack stays.
    TornEndKept,
    /// After a failed fsync writing goes on.
    FailedFsyncForgiven,
    /// What the system shows after a failed fsync is taken for durable.
    DroppedBytesTrusted,
    /// All seals have the same salt, and so the same key and nonce.
    SaltRepeated,
    /// A log record need not follow from the one before it.
    ChainUnchecked,
    /// Any flaw at the end of the log passes for a torn write.
    FlawTakenForTornEnd,
    /// A log that is shorter than it was passes for whole.
    WitnessIgnored,
    /// The vault file is written once.
    OneHeaderCopy,
    /// One of two different vault files is overwritten with the other.
    HeaderRepairedBlindly,
    /// A prune deletes what it has only just doomed.
    PrunedWithoutGrace,
    /// A chunk upon which another rests may go.
    BasePruned,
    /// The last page of a tree is left out.
    LastPageLost,
    /// A comparison takes any two subtrees of one level for the same.
    SubtreeSkipped,
    /// The length of an attachment is not held against its record.
    BlobLengthUnchecked,
    /// A snapshot of which something is missing is called complete.
    PartialCalledComplete,
    /// A full page of an answer passes for the last one.
    LastAnswerSkipped,
    /// A write that may have happened is sent again.
    WriteRepeated,
    /// How long the platform asks to wait is ignored.
    WaitIgnored,
    /// A page of text is stored in place of an attachment.
    ErrorTextStored,
    /// A command that only reads may write.
    WriteWhileReading,
    /// A write is sent that the plan does not have.
    WriteOutsidePlan,
    /// The intent to write is noted after the write.
    IntentAfterWrite,
    /// A creation whose answer was lost is repeated without looking for it.
    UnknownRepeated,
    /// Deletions do not wait for the check of what was restored.
    DeletedUnchecked,
    /// Addresses are logged as they are.
    SecretLogged,
}

/// Whether this defect is planted.
#[cfg(not(feature = "seeded-defects"))]
pub const fn planted(_: Defect) -> bool {
    false
}

/// Whether this defect is planted.
#[cfg(feature = "seeded-defects")]
pub fn planted(defect: Defect) -> bool {
    static PLANTED: std::sync::LazyLock<Option<String>> =
        std::sync::LazyLock::new(|| std::env::var("BOARDVAULT_DEFECT").ok());
    PLANTED.as_deref().is_some_and(|name| name == format!("{defect:?}"))
}
