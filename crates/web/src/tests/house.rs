//! A server with somebody of every role in it, and a browser that does no more than it is told.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use holter_engine::{Networks, Own, QuietHours, Stop};
use holter_inventory::Inventory;
use holter_model::seam::{Clock, SystemDice};
use holter_net::{Limits, Pace, Rests, Tempo};
use holter_store::{NewAccount, Person, Store};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::access::password;
use crate::access::seal::Key;
use crate::role::Role;
use crate::scanning::ScanRules;
use crate::serve::{Ready, Serving, Tls, serve};

/// Everybody's password.
pub(super) const PASSWORD: &str = "gravel otter lamp tuesday";

/// A clock that tests turn.
#[derive(Clone)]
pub(super) struct Turned(Arc<Mutex<Timestamp>>);

impl Turned {
    pub(super) fn on(&self, by: SignedDuration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Turned {
    /// What it says, without the seam in scope.
    pub(super) fn now_here(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

impl Clock for Turned {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// A server.
pub(super) struct House {
    pub(super) store: Store,
    pub(super) key: Key,
    pub(super) clock: Turned,
    pub(super) ready: Ready,
    address: SocketAddr,
    stop: Stop,
    folder: Option<tempfile::TempDir>,
}

impl Drop for House {
    fn drop(&mut self) {
        self.stop.now();
    }
}

pub(super) fn rules() -> ScanRules {
    ScanRules {
        own: Own::default(),
        exclude: Vec::new(),
        inventory: Inventory::default(),
        networks: Networks::default(),
        quiet: QuietHours::default(),
        zone: TimeZone::UTC,
        pace: Pace::within(&Tempo {
            busy: 8,
            most_busy: 8,
            per_second: None,
            per_subnet: None,
            networks: Vec::new(),
            rests: Rests::all(std::time::Duration::ZERO),
        }),
        hosts_at_once: 8,
        limits: Limits::default(),
        trust: Vec::new().into(),
        runs: None,
    }
}

impl House {
    /// One where nobody has an account yet.
    pub(super) async fn empty() -> Self {
        Self::with(None).await
    }

    pub(super) async fn with(tls: Option<Tls>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("holter.db");
        let store = Store::open(path.to_str().unwrap()).await.unwrap();
        Self::over(store, folder, Key::new(&SystemDice).unwrap(), tls).await
    }

    /// One over what is remembered already.
    pub(super) async fn over(store: Store, folder: tempfile::TempDir, key: Key, tls: Option<Tls>) -> Self {
        let clock = Turned(Arc::new(Mutex::new("2026-11-22T08:00:00Z".parse().unwrap())));
        let stop = Stop::default();
        let serving = Serving {
            store: store.clone(),
            key: key.clone(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            tls,
            zone: TimeZone::UTC,
            rules: rules(),
            clock: Box::new(clock.clone()),
            dice: Box::new(SystemDice),
        };
        let (tell, told) = tokio::sync::oneshot::channel();
        let own = stop.clone();
        tokio::spawn(async move { serve(serving, |ready| tell.send(ready.clone()).unwrap(), &own).await });
        let ready = told.await.unwrap();
        let address = ready.url.split("://").nth(1).unwrap().parse().unwrap();
        Self {
            store,
            key,
            clock,
            ready,
            address,
            stop,
            folder: Some(folder),
        }
    }

    /// One with somebody of every role, who is called as the role is.
    pub(super) async fn full() -> Self {
        let house = Self::empty().await;
        let hash = password::hash(PASSWORD, &SystemDice).unwrap();
        let mut writing = house.store.write().await.unwrap();
        let department = writing.department_named("Radiology").await.unwrap();
        for role in Role::ALL {
            let person = Person {
                id: 0,
                name: format!("Somebody {role}"),
                email: None,
                department: (role == Role::Owner).then_some(department),
                active: true,
            };
            let person = writing.add_person(&person).await.unwrap();
            let account = NewAccount {
                person,
                name: role.to_string(),
                role: role.to_string(),
                password: hash.clone(),
                created: house.clock.now(),
            };
            writing.add_account(&account).await.unwrap();
        }
        writing.commit().await.unwrap();
        house
    }

    /// The same after a restart.
    pub(super) async fn again(mut self) -> Self {
        let (key, clock) = (self.key.clone(), self.clock.clone());
        let folder = self.folder.take().unwrap();
        drop(self);
        let path = folder.path().join("holter.db");
        let store = Store::open(path.to_str().unwrap()).await.unwrap();
        let again = Self::over(store, folder, key, None).await;
        *again.clock.0.lock().unwrap() = clock.now();
        again
    }

    /// Where its database lies.
    pub(super) fn folder(&self) -> &std::path::Path {
        self.folder.as_ref().unwrap().path()
    }

    pub(super) fn browser(&self) -> Browser {
        Browser {
            address: self.address,
            cookies: BTreeMap::new(),
        }
    }

    /// A browser in which this role is signed in.
    pub(super) async fn signed_in(&self, role: Role) -> Browser {
        let mut browser = self.browser();
        let said = browser.sign_in(role.as_str(), PASSWORD, "").await;
        assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text);
        browser
    }
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: hyper::HeaderMap,
    pub(super) text: String,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The key of the page's forms.
    pub(super) fn form_key(&self) -> &str {
        let (_, after) = self.text.split_once("name=\"form_key\" value=\"").unwrap();
        after.split('"').next().unwrap()
    }
}

/// Keeps cookies, follows nothing.
#[derive(Clone)]
pub(super) struct Browser {
    address: SocketAddr,
    pub(super) cookies: BTreeMap<String, String>,
}

impl Browser {
    /// One that looks at another server.
    #[cfg(feature = "oidc")]
    pub(super) fn at(address: SocketAddr) -> Self {
        Self {
            address,
            cookies: BTreeMap::new(),
        }
    }

    #[allow(clippy::disallowed_methods, reason = "a browser of the tests, on loopback")]
    pub(super) async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Answer {
        let stream = tokio::net::TcpStream::connect(self.address).await.unwrap();
        let (mut sender, conversation) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .unwrap();
        tokio::spawn(conversation);
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", self.address.to_string());
        request = request.header(COOKIE, cookies.join("; "));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(Bytes::from(body))).unwrap();
        let response = sender.send_request(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(SET_COOKIE) {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    pub(super) async fn open(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], String::new()).await
    }

    /// Sends a form as it is.
    pub(super) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = serde_urlencoded::to_string(fields).unwrap();
        let form = [(CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded")];
        self.send(Method::POST, path, &form, body).await
    }

    /// Opens the page, and sends a form with the key that stands there.
    pub(super) async fn fill(&mut self, page: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let key = self.open(page).await.form_key().to_owned();
        let mut all = vec![("form_key", key.as_str())];
        all.extend_from_slice(fields);
        self.post(path, &all).await
    }

    pub(super) async fn sign_in(&mut self, name: &str, password: &str, code: &str) -> Answer {
        self.fill(
            "/login",
            "/login",
            &[("name", name), ("password", password), ("code", code)],
        )
        .await
    }
}
