//! A grant that is renewed while it is used: one renewal at a time, and stored before it is used.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::sync::{Mutex, OwnedMutexGuard};

use super::fault::{ApiFault, FaultClass};
use super::oauth::{Grant, TokenEndpoint, Tokens, part};
use crate::base::clock::{Clock, Timestamp};
use crate::base::hash::Hash;
use crate::base::secret::Secret;

/// An access token is renewed so long before it ends, so that no call is under way when it does.
const MARGIN: Duration = Duration::from_mins(1);
/// A token that is younger than this is not renewed because of a refusal: the refusal has another reason.
const FRESH: Duration = Duration::from_mins(1);

/// Stores changed parts of a credential.
pub trait CredentialKeeper: Send + Sync {
    /// Stores these parts in place of those with the same names. Durable when it returns; the error is a sentence
    /// without a secret.
    fn keep(&self, changed: &BTreeMap<String, Secret>) -> Result<(), String>;
}

/// What changes about a grant.
#[derive(Debug, Clone)]
pub struct Lent {
    /// The access token.
    pub access: Secret,
    /// The refresh token.
    pub refresh: Secret,
    /// When the access token stops working, where the platform tells.
    pub expires_at: Option<Timestamp>,
}

impl Lent {
    /// What `tokens` make of this grant at `now`.
    #[must_use]
    pub fn renewed(&self, tokens: Tokens, now: Timestamp) -> Self {
        Self {
            access: tokens.access,
            refresh: tokens.refresh.unwrap_or_else(|| self.refresh.clone()),
            expires_at: tokens.lifetime.and_then(|lifetime| now.checked_add(lifetime).ok()),
        }
    }

    /// The grant among a credential's parts, if it is there.
    pub fn from_parts(parts: &BTreeMap<String, Secret>) -> Option<Self> {
        let expires_at = parts.get(part::EXPIRES_AT).and_then(|text| text.expose().parse().ok());
        Some(Self {
            access: parts.get(part::ACCESS_TOKEN)?.clone(),
            refresh: parts.get(part::REFRESH_TOKEN)?.clone(),
            expires_at,
        })
    }

    /// The same as parts of a credential.
    pub fn to_parts(&self) -> BTreeMap<String, Secret> {
        let expires_at = self.expires_at.map(|at| at.to_string()).unwrap_or_default();
        BTreeMap::from([
            (part::ACCESS_TOKEN.to_owned(), self.access.clone()),
            (part::REFRESH_TOKEN.to_owned(), self.refresh.clone()),
            (part::EXPIRES_AT.to_owned(), Secret::new(expires_at)),
        ])
    }
}

/// A grant in use. Everything that uses the same grant shares one of these.
pub struct Renewable {
    core: Arc<Core>,
    state: Arc<Mutex<State>>,
    owner: Hash,
}

struct Core {
    endpoint: TokenEndpoint,
    clock: Arc<dyn Clock>,
    keeper: Arc<dyn CredentialKeeper>,
    /// How many renewals have failed.
    failures: AtomicU64,
}

struct State {
    lent: Lent,
    /// False for tokens that could not be stored yet, and so may not be used.
    kept: bool,
    /// When the access token came from the endpoint, if that was in this process; on the monotonic clock.
    renewed_at: Option<Duration>,
    /// Why the last renewal failed. A refusal is the endpoint's final word: asking again would change nothing.
    failed: Option<ApiFault>,
}

impl Renewable {
    /// A grant that is renewed at `endpoint`, its changes stored by `keeper`. Makes no call.
    pub fn new(
        lent: Lent,
        endpoint: TokenEndpoint,
        clock: Arc<dyn Clock>,
        keeper: Arc<dyn CredentialKeeper>,
    ) -> Self {
        let owner = Hash::of(lent.refresh.expose().as_bytes());
        let state = State { lent, kept: true, renewed_at: None, failed: None };
        let core = Arc::new(Core { endpoint, clock, keeper, failures: AtomicU64::new(0) });
        Self { core, state: Arc::new(Mutex::new(state)), owner }
    }

    /// Stands for the account in budgets; the same for as long as this is in use, whatever is renewed.
    pub fn owner(&self) -> Hash {
        self.owner
    }

    /// The access token to use now, renewed if it is about to end.
    pub async fn token(&self) -> Result<Secret, ApiFault> {
        self.ready(Core::is_ending).await
    }

    /// The access token to use after `refused` was answered 401: the one that came in its place meanwhile, or a new
    /// one. Nothing when a new one would fare no better.
    pub async fn token_after(&self, refused: &Secret) -> Result<Option<Secret>, ApiFault> {
        let is_refused = |token: &Secret| token.expose() == refused.expose();
        let token = self.ready(|core, state| is_refused(&state.lent.access) && !core.is_fresh(state)).await?;
        Ok(Some(token).filter(|token| !is_refused(token)))
    }

    /// Returns when no renewal is under way: one that is cut off may cost the grant.
    pub async fn settled(&self) {
        drop(self.state.lock().await);
    }

    async fn ready(&self, is_due: impl FnOnce(&Core, &State) -> bool) -> Result<Secret, ApiFault> {
        let failures = self.core.failures.load(Relaxed);
        let state = Arc::clone(&self.state).lock_owned().await;
        if state.kept && !is_due(&self.core, &state) {
            return Ok(state.lent.access.clone());
        }
        if let Some(fault) = &state.failed
            && (fault.class == FaultClass::Unauthorised || self.core.failures.load(Relaxed) != failures)
        {
            // It failed while we waited for it: each of many callers waiting for the network in turn would take for
            // ever.
            return Err(fault.clone());
        }
        // A task of its own: a caller that gives up does not cut off an exchange that may already have replaced the
        // refresh token.
        let core = Arc::clone(&self.core);
        tokio::spawn(async move { core.renew(state).await })
            .await
            .unwrap_or_else(|error| Err(local(format!("the renewal of the access broke off: {error}"))))
    }
}

impl Core {
    fn is_ending(&self, state: &State) -> bool {
        let ends = state.lent.expires_at.map(|at| at.duration_since(self.clock.now()));
        ends.is_some_and(|left| Duration::try_from(left).unwrap_or_default() <= MARGIN)
    }

    fn is_fresh(&self, state: &State) -> bool {
        state.renewed_at.is_some_and(|at| self.clock.monotonic().saturating_sub(at) < FRESH)
    }

    /// Gets new tokens, unless there are some that only wait to be stored, and stores them.
    async fn renew(&self, mut state: OwnedMutexGuard<State>) -> Result<Secret, ApiFault> {
        if state.kept {
            match self.endpoint.exchange(&Grant::Refresh(state.lent.refresh.clone())).await {
                Ok(tokens) => {
                    state.lent = state.lent.renewed(tokens, self.clock.now());
                    state.kept = false;
                    state.renewed_at = Some(self.clock.monotonic());
                    state.failed = None;
                }
                Err(fault) => {
                    state.failed = Some(fault.clone());
                    self.failures.fetch_add(1, Relaxed);
                    return Err(fault);
                }
            }
        }
        self.keeper.keep(&state.lent.to_parts()).map_err(|why| {
            local(format!("the access was renewed, and the new tokens could not be stored: {why}"))
        })?;
        state.kept = true;
        Ok(state.lent.access.clone())
    }
}

fn local(message: String) -> ApiFault {
    ApiFault::new(FaultClass::Local, "renewing the access", message)
}

#[cfg(test)]
#[path = "renewable_tests.rs"]
mod tests;
