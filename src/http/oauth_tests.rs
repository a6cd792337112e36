use super::*;
use crate::http::testing::{Answer, Scripted};

fn oauth(proof: Proof) -> &'static OAuth {
    static PLAIN: OAuth = OAuth {
        authorize: |base| base.join("/authorize").unwrap(),
        token: |base| base.join("/token").unwrap(),
        scopes: &["read", "write"],
        pkce: true,
        proof: Proof::Secret,
        help: "",
    };
    static HASHED: OAuth = OAuth { proof: Proof::Sha256, ..PLAIN };
    if proof == Proof::Secret { &PLAIN } else { &HASHED }
}

fn endpoint(proof: Proof, scripted: &Scripted) -> TokenEndpoint {
    let client = Registration { id: Secret::new("APP"), secret: Secret::new("APPSECRET") };
    let base = Url::parse("https://api.example/1").unwrap();
    TokenEndpoint::new(oauth(proof), &base, client, Arc::new(scripted.clone()))
}

fn code() -> Grant {
    Grant::Code {
        code: Secret::new("CODE"),
        redirect: "http://127.0.0.1:8717/".to_owned(),
        verifier: Some(Secret::new("VERIFIER")),
    }
}

#[tokio::test]
async fn a_code_is_exchanged_with_its_redirect_and_verifier() {
    let answer = r#"{"access_token":"A","refresh_token":"R","expires_in":3600,"token_type":"bearer"}"#;
    let scripted = Scripted::new([Answer::json(200, answer)]);
    let tokens = endpoint(Proof::Secret, &scripted).exchange(&code()).await.unwrap();
    assert_eq!(tokens.access.expose(), "A");
    assert_eq!(tokens.refresh.unwrap().expose(), "R");
    assert_eq!(tokens.lifetime, Some(Duration::from_hours(1)));
    assert_eq!(
        scripted.bodies(),
        ["code=CODE&redirect_uri=http://127.0.0.1:8717/&code_verifier=VERIFIER\
          &grant_type=authorization_code&client_id=APP&client_secret=APPSECRET"]
    );
}

#[tokio::test]
async fn a_hash_takes_the_place_of_the_secret() {
    let scripted = Scripted::new([Answer::json(200, r#"{"access_token":"A"}"#)]);
    endpoint(Proof::Sha256, &scripted).exchange(&Grant::Refresh(Secret::new("R"))).await.unwrap();
    let hash = pkce::sha256_hex(&["APPSECRET|R"]);
    let expected = format!("refresh_token=R&grant_type=refresh_token&client_id=APP&hash={}", hash.expose());
    assert_eq!(scripted.bodies(), [expected]);
}

#[tokio::test]
async fn a_refusal_is_told_from_trouble_and_shows_nothing_that_was_sent() {
    let refused = r#"{"error":"invalid_grant","error_description":"CODE of APP was used up with APPSECRET"}"#;
    let cases = [
        (Answer::json(400, refused), FaultClass::Unauthorised, "used up (invalid_grant: **** of"),
        (
            Answer::json(401, r#"{"error":"invalid_client"}"#),
            FaultClass::Unauthorised,
            "client secret is not",
        ),
        (Answer::json(403, r#"{"errorCode":1004,"message":"No."}"#), FaultClass::Unauthorised, "(No.)"),
        (Answer::typed(403, "text/html", "<html>Blocked"), FaultClass::Network, "not the answer"),
        (Answer::typed(302, "text/plain", ""), FaultClass::Network, "not the answer"),
        (Answer::json(500, "{}"), FaultClass::Server, "500 no tokens now"),
    ];
    for (answer, class, says) in cases {
        let fault = endpoint(Proof::Secret, &Scripted::new([answer])).exchange(&code()).await.unwrap_err();
        let text = format!("{fault} {fault:?}");
        assert_eq!(fault.class, class, "{text}");
        assert!(text.contains(says), "{text}");
        for secret in ["CODE", "APPSECRET", "VERIFIER"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[tokio::test]
async fn odd_lifetimes_are_understood_and_not_believed_for_ever() {
    let tokens = |expires: &str| {
        let scripted =
            Scripted::new([Answer::json(200, &format!(r#"{{"access_token":"A","expires_in":{expires}}}"#))]);
        async move { endpoint(Proof::Secret, &scripted).exchange(&code()).await.unwrap().lifetime }
    };
    assert_eq!(tokens("\"60\"").await, Some(Duration::from_mins(1)));
    assert_eq!(tokens("18446744073709551615").await, Some(LONGEST));
    for odd in ["null", "-1", "\"soon\"", "[]"] {
        assert_eq!(tokens(odd).await, None, "{odd}");
    }
}
