//! Forms that are not ours change nothing.

use hyper::header::CONTENT_TYPE;
use hyper::{Method, StatusCode};

use super::house::House;
use crate::role::Role;

#[tokio::test]
async fn a_form_from_elsewhere_changes_nothing() {
    let house = House::full().await;
    let mut admin = house.signed_in(Role::Admin).await;
    let mut other = house.signed_in(Role::Operator).await;
    let own = admin.open("/people").await.form_key().to_owned();
    let others = other.open("/account").await.form_key().to_owned();
    for fields in [
        vec![("name", "Ward 1")],
        vec![("form_key", ""), ("name", "Ward 1")],
        vec![("form_key", others.as_str()), ("name", "Ward 1")],
    ] {
        let said = admin.post("/departments", &fields).await;
        assert_eq!(said.status, StatusCode::BAD_REQUEST, "{fields:?}");
    }
    let body = format!("form_key={own}&name=Ward+1");
    for site in ["cross-site", "same-site"] {
        let headers = [
            (CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded"),
            ("sec-fetch-site", site),
        ];
        let said = admin
            .send(Method::POST, "/departments", &headers, body.clone())
            .await;
        assert_eq!(said.status, StatusCode::BAD_REQUEST, "{site}");
    }
    assert_eq!(house.store.departments().await.unwrap().len(), 1);
    let said = admin
        .post("/departments", &[("form_key", &own), ("name", "Ward 1")])
        .await;
    assert_eq!(said.status, StatusCode::SEE_OTHER);
    assert_eq!(house.store.departments().await.unwrap().len(), 2);
}

#[tokio::test]
async fn nobody_is_signed_in_by_somebody_elses_form() {
    let house = House::full().await;
    let key = house.browser().open("/login").await.form_key().to_owned();
    let mut victim = house.browser();
    let fields = [
        ("form_key", key.as_str()),
        ("name", "viewer"),
        ("password", super::house::PASSWORD),
    ];
    assert_eq!(
        victim.post("/login", &fields).await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn what_is_too_large_is_not_read() {
    let house = House::full().await;
    let mut admin = house.signed_in(Role::Admin).await;
    let form = [(CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded")];
    let body = "x".repeat(9 << 20);
    let said = admin.send(Method::POST, "/departments", &form, body).await;
    assert!(said.status.is_client_error(), "{}", said.status);
}

#[tokio::test]
async fn a_scan_of_somebody_elses_system_needs_their_word() {
    let house = House::full().await;
    let mut operator = house.signed_in(Role::Operator).await;
    let said = operator
        .fill("/scans", "/scans", &[("targets", "203.0.113.9")])
        .await;
    assert_eq!(said.status, StatusCode::BAD_REQUEST);
    assert!(
        said.text.contains("203.0.113.9") && said.text.contains("who allowed"),
        "{}",
        said.text
    );
    assert!(
        house
            .store
            .scans(&holter_store::Page::default())
            .await
            .unwrap()
            .rows
            .is_empty()
    );
    for wrong in ["", "bad host!", "10.0.0.0/99"] {
        let said = operator.fill("/scans", "/scans", &[("targets", wrong)]).await;
        assert_eq!(said.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}
