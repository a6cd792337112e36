use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::base::clock::{ManualClock, Timestamp};
use crate::sim::serve;

/// Counts its POSTs.
#[derive(Default)]
struct Counter(u64);

impl Imitation for Counter {
    fn answer(&mut self, request: &Request) -> Reply {
        self.0 += u64::from(request.method == "POST");
        Reply::json(200, &json!({"count": self.0}))
    }
    fn too_many_requests(&self) -> Reply {
        Reply::text(429, "slow down")
    }
    fn state(&self) -> Value {
        json!(self.0)
    }
    fn people(&mut self, order: &PeopleOrder) -> Result<Vec<String>, String> {
        Err(order.what.clone())
    }
    fn loggable_path(&self, path: &str) -> String {
        path.to_owned()
    }
}

/// The bytes that come back over a real connection.
struct Served(String);

impl Served {
    async fn start() -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp::UNIX_EPOCH));
        let bound = serve::bind(0).await.unwrap();
        let address = bound.listener.local_addr().unwrap().to_string();
        tokio::spawn(serve::serve(bound.listener, router(Counter::default(), clock), std::future::pending()));
        Self(address)
    }

    async fn send(&self, method: &str, path: &str, body: &str) -> String {
        let mut socket = tokio::net::TcpStream::connect(&self.0).await.unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let _ = socket.read_to_end(&mut answer).await;
        String::from_utf8(answer).unwrap()
    }

    async fn fault(&self, fault: &str) {
        let answer = self.send("POST", "/_sandbox/faults", &format!(r#"{{"faults":[{fault}]}}"#)).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    async fn count(&self) -> String {
        self.send("GET", "/_sandbox/state", "").await.rsplit("\r\n").next().unwrap().to_owned()
    }
}

#[tokio::test]
async fn an_answer_dropped_after_the_work_leaves_no_byte_but_the_work() {
    let served = Served::start().await;
    served.fault(r#"{"kind":"drop_after","method":"POST"}"#).await;
    assert_eq!(served.send("POST", "/x", "").await, "");
    assert_eq!(served.count().await, "1");
}

#[tokio::test]
async fn a_call_dropped_before_the_work_changes_nothing() {
    let served = Served::start().await;
    served.fault(r#"{"kind":"drop_before","method":"POST"}"#).await;
    assert_eq!(served.send("POST", "/x", "").await, "");
    assert_eq!(served.count().await, "0");
}

#[tokio::test]
async fn a_cut_answer_promises_more_bytes_than_it_gives() {
    let served = Served::start().await;
    served.fault(r#"{"kind":"cut","at_byte":4}"#).await;
    let answer = served.send("POST", "/x", "").await;
    assert!(answer.contains("content-length: 11"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n{\"co"), "{answer}");
}

#[tokio::test]
async fn scripted_answers_come_instead_of_the_work() {
    let served = Served::start().await;
    for (fault, expected) in [
        (r#"{"kind":"status","status":504,"body":"late"}"#, "late"),
        (r#"{"kind":"html"}"#, "<!DOCTYPE html><title>Log in</title>"),
        (r#"{"kind":"garbage"}"#, "{\"id\":\"5,"),
        (r#"{"kind":"rate_limit"}"#, "slow down"),
    ] {
        served.fault(fault).await;
        let answer = served.send("POST", "/x", "").await;
        assert!(answer.ends_with(expected), "{fault}: {answer}");
    }
    assert_eq!(served.count().await, "0");
}

#[tokio::test]
async fn the_log_has_every_call_without_secrets() {
    let served = Served::start().await;
    served.send("GET", "/x?key=K&limit=5&token=T", "").await;
    let log = served.send("GET", "/_sandbox/log", "").await;
    let lines: Value = serde_json::from_str(log.rsplit("\r\n").next().unwrap()).unwrap();
    assert_eq!(
        lines,
        json!([{"n": 1, "method": "GET", "path": "/x", "query": "limit=5", "status": 200, "member": null}])
    );
}

#[tokio::test]
async fn an_unknown_fault_is_refused_by_name() {
    let served = Served::start().await;
    let answer = served.send("POST", "/_sandbox/faults", r#"{"faults":[{"kind":"explode"}]}"#).await;
    assert!(answer.contains("400") && answer.contains("explode"), "{answer}");
}

#[tokio::test]
async fn a_refusal_may_come_although_the_work_was_done() {
    let served = Served::start().await;
    served.fault(r#"{"kind":"status_after","status":429,"method":"POST"}"#).await;
    assert!(served.send("POST", "/x", "").await.starts_with("HTTP/1.1 429"));
    assert_eq!(served.count().await, "1");
}

#[tokio::test]
async fn a_body_of_the_wrong_size_agrees_with_its_headers() {
    let served = Served::start().await;
    served.fault(r#"{"kind":"wrong_size","path":"/x"}"#).await;
    let answer = served.send("GET", "/x", "").await;
    assert!(answer.contains("content-length: 10") && answer.ends_with("{\"count\":0"), "{answer}");
}

#[tokio::test]
async fn a_refusal_for_the_rate_may_ask_for_any_wait_or_for_none() {
    let served = Served::start().await;
    for (wait, expected) in [("-5", Some("retry-after: -5")), ("", None)] {
        served.fault(&json!({"kind": "rate_limit", "retry_after": wait}).to_string()).await;
        let answer = served.send("GET", "/x", "").await;
        assert_eq!(answer.contains("retry-after"), expected.is_some(), "{answer}");
        assert!(answer.contains(expected.unwrap_or_default()), "{answer}");
    }
}

/// Takes one write to a path at a time.
struct OneWrite;

impl Imitation for OneWrite {
    fn answer(&mut self, _: &Request) -> Reply {
        Reply::text(200, "done")
    }
    fn too_many_requests(&self) -> Reply {
        Reply::text(429, "slow down")
    }
    fn crowded(&self) -> Reply {
        Reply::text(409, "another write is under way")
    }
    fn state(&self) -> Value {
        Value::Null
    }
    fn people(&mut self, order: &PeopleOrder) -> Result<Vec<String>, String> {
        Err(order.what.clone())
    }
    fn loggable_path(&self, path: &str) -> String {
        path.to_owned()
    }
    fn rooms(&self, request: &Request) -> Vec<Room> {
        let written = (request.method == "PUT").then(|| request.path.clone());
        written.map(|name| Room { name, places: 1, takes: 1 }).into_iter().collect()
    }
}

#[tokio::test]
async fn a_request_for_which_there_is_no_room_is_refused_and_logged() {
    let engine = Arc::new(Engine {
        imitation: Mutex::new(OneWrite),
        faults: Mutex::default(),
        memory: Mutex::default(),
        log: Mutex::default(),
        rooms: Rooms::default(),
        clock: Arc::new(ManualClock::new(Timestamp::UNIX_EPOCH)),
    });
    let send = async |method: &str, path: &str| {
        let request = axum::http::Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        handle(State(Arc::clone(&engine)), request).await.status().as_u16()
    };
    let under_way = engine.rooms.enter(vec![Room { name: "/a".to_owned(), places: 1, takes: 1 }]);
    assert_eq!([send("PUT", "/a").await, send("PUT", "/b").await, send("GET", "/a").await], [409, 200, 200]);
    drop(under_way);
    assert_eq!([send("PUT", "/a").await, send("PUT", "/a").await], [200, 200]);
    assert_eq!(hold(&engine.log).lines().first().map(|line| line.status), Some(409));
}

#[tokio::test]
async fn a_scripted_answer_that_is_json_says_so() {
    let served = Served::start().await;
    served.fault(r#"{"kind":"status","status":500,"body":"{\"errorCode\":4004}"}"#).await;
    let answer = served.send("POST", "/x", "").await;
    assert!(answer.contains("content-type: application/json"), "{answer}");
}
