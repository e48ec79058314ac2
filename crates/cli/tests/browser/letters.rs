//! A real mail server, set up by the browser, and the link in its letter.

use holter_lab::debian::receivers::{MailServer, may_have_mail};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use crate::office::Office;

/// A mail server and the authority that its certificate is of.
pub(crate) struct Relay {
    server: MailServer,
    ca: String,
}

/// Whether this machine lets us start one.
pub(crate) fn is_possible() -> bool {
    let may = may_have_mail();
    if !may {
        holter_lab::command::say("skipped: letters, for Postfix starts for root alone");
    }
    may
}

impl Relay {
    pub(crate) fn start() -> Self {
        let (root_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let mut root = CertificateParams::default();
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = root.self_signed(&root_key).unwrap().pem();
        let leaf = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let leaf = leaf.signed_by(&key, &Issuer::new(root, root_key)).unwrap();
        let server = MailServer::start(&key.serialize_pem(), &leaf.pem()).unwrap();
        Self { server, ca }
    }

    /// As an admin does it: where, by whom, and a trial.
    pub(crate) fn is_set_up_by(&self, office: &Office) {
        office.go("/settings/notices");
        let port = self.server.starttls.port().to_string();
        office
            .browser
            .run("document.querySelector(\"[id^='mail-'][name='config.port']\").value = ''")
            .unwrap();
        office.fills(&[
            ("#mail-name", "Our relay"),
            ("[id^='mail-'][name='config.host']", "localhost"),
            ("[id^='mail-'][name='config.port']", &port),
            ("[id^='mail-'][name='config.from']", "holter@lab.example"),
            ("[id^='mail-'][name='config.ca']", &self.ca),
        ]);
        office.press("form:has(#mail-name) button");
        office.sees(".said", "Added");
        office.sees("main", "Our relay");
    }

    /// The link in the first letter that has one.
    pub(crate) fn link(&self) -> Option<String> {
        let letters = self.server.letters();
        letters.iter().find_map(|letter| {
            let plain = String::from_utf8_lossy(letter)
                .replace("=\r\n", "")
                .replace("=\n", "");
            let link = plain
                .split_whitespace()
                .find(|word| word.contains("/acknowledge/"))?;
            Some(link.to_owned())
        })
    }
}
