//! A person allows the access in a browser, and what comes of it is a grant (RFC 6749, section 4.1).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use url::Url;

use super::loopback::{Loopback, Page};
use super::safe_address;
use crate::app::context::App;
use crate::app::error::Error;
use crate::base::clock::Clock;
use crate::base::ids::Random;
use crate::base::secret::Secret;
use crate::http::fault::FaultClass;
pub use crate::http::oauth::Registration;
use crate::http::oauth::{Grant, OAuth, TokenEndpoint, Tokens, is_token, part};
use crate::http::renewable::Lent;
use crate::http::stopping::Stop;
use crate::http::transport::{Network, Transport};
use crate::http::{pkce, secure};
use crate::platforms::platform::Platform;

/// Where the browser is sent back to, unless another address is registered for the app.
pub const USUAL_REDIRECT: &str = "http://127.0.0.1:8717/";

/// So long we wait for the person. Codes do not last longer either.
const PATIENCE: Duration = Duration::from_mins(10);

/// How the answer of the authorisation page gets here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The browser brings it, on this machine.
    Browser,
    /// The person copies the address that the browser was sent to, or the code on the page.
    Paste,
}

/// A request for access that a person has not answered yet.
pub struct Authorisation {
    question: Question,
    registration: Registration,
    endpoint: TokenEndpoint,
    listener: Option<Loopback>,
    clock: Arc<dyn Clock>,
    stop: Stop,
}

/// What the person is asked, and what an answer must fit.
struct Question {
    address: Url,
    redirect: String,
    state: Secret,
    verifier: Option<Secret>,
}

/// What came back from the authorisation page.
#[derive(Debug)]
enum Answer {
    /// The access is allowed; the code gets the tokens.
    Allowed(Secret),
    /// It is not, for this reason.
    Refused(String),
    /// It does not belong to our question, or to none.
    Foreign,
}

impl Authorisation {
    /// Prepares the question, and with [`Way::Browser`] listens for the answer. `redirect` is what is registered for
    /// the app; port 0 stands for any free one.
    pub async fn begin(
        app: &App,
        platform: &'static Platform,
        base_url: Option<&str>,
        registration: Registration,
        redirect: &str,
        way: Way,
    ) -> Result<Self, Error> {
        let oauth = platform.oauth.ok_or_else(|| no_oauth(platform))?;
        let base = safe_address(base_url.unwrap_or(platform.base_url))?;
        let (listener, redirect) = match way {
            Way::Browser => {
                let (listener, redirect) = Loopback::bind(redirect).await?;
                (Some(listener), redirect)
            }
            Way::Paste => (None, redirect.to_owned()),
        };
        let question = Question::new(oauth, &base, &registration, redirect, app.random.as_ref())?;
        let transport: Arc<dyn Transport> = Arc::new(Network::new()?);
        Ok(Self {
            question,
            endpoint: TokenEndpoint::new(oauth, &base, registration.clone(), transport),
            registration,
            listener,
            clock: app.clock.clone(),
            stop: Stop::new(app.stop.clone(), app.clock.clone()),
        })
    }

    /// The address that the person opens in a browser.
    pub fn address(&self) -> &Url {
        &self.question.address
    }

    /// Waits for the browser, and gives the new credential's parts.
    pub async fn wait(mut self) -> Result<BTreeMap<String, Secret>, Error> {
        let Some(listener) = self.listener.take() else {
            return Err(Error::usage("nobody listens for the answer; it must be pasted"));
        };
        let arrives = std::pin::pin!(listener.first(|address| {
            let answer = self.question.judge(address);
            let page = match &answer {
                Answer::Allowed(_) => Page::Allowed,
                Answer::Refused(_) => Page::Refused,
                Answer::Foreign => return (Page::Foreign, None),
            };
            (page, Some(answer))
        }));
        let patience = std::pin::pin!(self.clock.sleep(PATIENCE));
        let answer = match self.stop.race(select(arrives, patience)).await {
            None => return Err(Error::failed("stopped")),
            Some(Either::Left((answer, _))) => answer,
            Some(Either::Right(_)) => {
                return Err(Error::failed("nobody has answered within ten minutes")
                    .hint("Run the command again, and open the address that it prints.")
                    .hint("If the browser is on another machine: `--paste`."));
            }
        };
        self.redeem(answer).await
    }

    /// Takes what the person has pasted (the address that the browser was sent to, or the code alone), and gives the
    /// new credential's parts.
    pub async fn pasted(self, text: &Secret) -> Result<BTreeMap<String, Secret>, Error> {
        let answer = self.question.judge_text(text.expose().trim());
        self.redeem(answer).await
    }

    async fn redeem(&self, answer: Answer) -> Result<BTreeMap<String, Secret>, Error> {
        let code = match answer {
            Answer::Allowed(code) => code,
            Answer::Refused(why) => {
                return Err(Error::failed(why).hint("Run the command again, and allow the access."));
            }
            Answer::Foreign => {
                return Err(Error::usage("what was pasted is not the answer to this request")
                    .hint("Run the command again, open the address that it prints, and paste the whole address of the page that follows, or the code that it shows."));
            }
        };
        let grant = Grant::Code {
            code,
            redirect: self.question.redirect.clone(),
            verifier: self.question.verifier.clone(),
        };
        let tokens = self.endpoint.exchange(&grant).await.map_err(|fault| match fault.class {
            FaultClass::Unauthorised => Error::failed(format!("the code was not accepted: {fault}"))
                .hint("A code works once, and for some minutes only: run the command again.")
                .hint("If it stays so, compare the client id, the client secret and the redirect address with those of the app."),
            _ => fault.into(),
        })?;
        self.parts(tokens)
    }

    fn parts(&self, tokens: Tokens) -> Result<BTreeMap<String, Secret>, Error> {
        let refresh = tokens.refresh.clone().ok_or_else(|| {
            Error::failed("the platform gave no refresh token, so the access would soon end by itself")
                .hint("Use a personal token: the same command without `--oauth`.")
        })?;
        let granted = Lent { access: tokens.access.clone(), refresh, expires_at: None };
        let mut parts = self.registration.to_parts();
        parts.extend(granted.renewed(tokens, self.clock.now()).to_parts());
        parts.insert(part::REDIRECT_URI.to_owned(), Secret::new(self.question.redirect.as_str()));
        Ok(parts)
    }
}

/// The error for a platform whose access is not lent.
pub fn no_oauth(platform: &Platform) -> Error {
    Error::usage(format!("{} connections have no OAuth", platform.name))
        .hint("Leave `--oauth` out; a token is asked for instead.")
}

impl Question {
    fn new(
        oauth: &OAuth,
        base: &Url,
        registration: &Registration,
        redirect: String,
        random: &dyn Random,
    ) -> Result<Self, Error> {
        let unguessable = || pkce::unguessable(random).map_err(|error| Error::failed(error.to_string()));
        let state = unguessable()?;
        let verifier = if oauth.pkce { Some(unguessable()?) } else { None };
        let mut address = (oauth.authorize)(base);
        if !secure::hides_what_is_sent(&address) {
            return Err(Error::usage(format!("{address} is not https")));
        }
        address
            .query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", registration.id.expose())
            .append_pair("redirect_uri", &redirect)
            .append_pair("scope", &oauth.scopes.join(" "))
            .append_pair("state", state.expose());
        if let Some(verifier) = &verifier {
            address
                .query_pairs_mut()
                .append_pair("code_challenge", &pkce::challenge(verifier))
                .append_pair("code_challenge_method", "S256");
        }
        Ok(Self { address, redirect, state, verifier })
    }

    /// What the address means to which the browser was sent back.
    fn judge(&self, address: &Url) -> Answer {
        let value = |name: &str| {
            address.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
        };
        if !value("state").is_some_and(|state| pkce::same(&self.state, &state)) {
            return Answer::Foreign;
        }
        match (value("error"), value("code")) {
            (Some(error), _) => Answer::Refused(refusal(&error)),
            (None, Some(code)) if is_token(&code) => Answer::Allowed(Secret::new(code)),
            _ => Answer::Foreign,
        }
    }

    /// What a pasted text means. A code alone has no state; that the person has brought it from the page stands for
    /// that.
    fn judge_text(&self, text: &str) -> Answer {
        match Url::parse(text) {
            Ok(address) if address.query().is_some() => self.judge(&address),
            _ if is_token(text) && !text.contains("://") => Answer::Allowed(Secret::new(text)),
            _ => Answer::Foreign,
        }
    }
}

/// Why the access was not allowed; `error` is one of the standard's words, or whatever a page has put there.
fn refusal(error: &str) -> String {
    let known = ["invalid_request", "unauthorized_client", "unsupported_response_type", "invalid_scope"];
    match error {
        "access_denied" => "the access was denied on the platform's page".to_owned(),
        "server_error" | "temporarily_unavailable" => {
            "the platform's page does not work at the moment".to_owned()
        }
        error if known.contains(&error) => {
            format!("the platform does not take the request ({error}); check the app's registration")
        }
        _ => "the platform's page answered with an error".to_owned(),
    }
}

#[cfg(test)]
#[path = "authorisation_tests.rs"]
mod tests;
