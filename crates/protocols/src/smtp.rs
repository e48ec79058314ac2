//! SMTP with STARTTLS (RFC 5321, RFC 3207).
//!
//! ```text
//! S: 220 mail.example ESMTP        C: EHLO holter.invalid
//! S: 250-… 250 STARTTLS            C: STARTTLS
//! S: 220 ready                     TLS begins
//! ```

use holter_net::Line;

use crate::{Asking, Opened, Opening, Protocol};

/// Mail between servers, and Direct messages with referrals and summaries.
pub(crate) static PROTOCOL: Protocol = Protocol {
    id: "smtp",
    direct_id: Some("smtps"),
    name: "SMTP",
    about: "mail; Direct messages with referrals and summaries",
    upgrade_ports: &[25, 587, 2525],
    direct_ports: &[465],
    open: Some(|line, asking| Box::pin(open(line, asking))),
    recognise,
};

async fn open(line: &mut Line, _asking: &Asking<'_>) -> Result<(), Opening> {
    let greeting = reply(line).await?;
    if greeting.code != 220 {
        return Err(Opening::Declined("its greeting turns us away"));
    }
    line.send(b"EHLO holter.invalid\r\n").await?;
    let features = reply(line).await?;
    if features.code != 250 || !features.says("STARTTLS") {
        return Err(Opening::Declined("it does not list STARTTLS"));
    }
    line.send(b"STARTTLS\r\n").await?;
    match reply(line).await?.code {
        220 => Ok(()),
        _ => Err(Opening::Declined("it refused STARTTLS")),
    }
}

fn recognise(words: &[u8]) -> bool {
    let upper = words.to_ascii_uppercase();
    words.starts_with(b"220") && upper.windows(4).any(|window| window == b"SMTP")
}

/// A reply of one or more lines "250-…", the last "250 …".
struct Reply {
    code: u16,
    text: String,
}

impl Reply {
    fn says(&self, word: &str) -> bool {
        self.text.lines().any(|line| {
            line.get(4..)
                .is_some_and(|rest| rest.trim().eq_ignore_ascii_case(word))
        })
    }
}

async fn reply(line: &mut Line) -> Result<Reply, Opening> {
    const LONGEST_LINE: usize = 2048;
    const MOST_LINES: usize = 100;
    let mut text = String::new();
    for _ in 0..MOST_LINES {
        let bytes = line.until(b"\n", LONGEST_LINE).await?;
        let row = String::from_utf8_lossy(&bytes).into_owned();
        let Some(code) = row.get(..3).and_then(|code| code.parse::<u16>().ok()) else {
            line.put_back(bytes);
            return Err(Opening::NotSpoken);
        };
        let last = row.as_bytes().get(3) != Some(&b'-');
        text.push_str(&row);
        if last {
            return Ok(Reply { code, text });
        }
    }
    Err(Opening::Declined("its reply does not end"))
}
